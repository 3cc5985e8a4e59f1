import { Counter, Histogram, type Registry } from 'prom-client';

import type { SendOutcome } from '../../domain/ports.ts';
import type { Meters } from '../../engine/meters.ts';

/** RES come within a second or within hours: the last finite bound is a day. */
const resSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

export interface Counts {
  readonly meters: Meters;
  /** Begins at zero what may be long in coming, so that its first occurrence shows as an increase. */
  expect(partner: string, route: string): void;
}

/** The engine's counters in a registry. */
export function counts(registry: Registry): Counts {
  const { accepted, orphaned, repeated, refused, sends, res, latency, timeouts, noted } =
    countersIn(registry);
  const meters: Meters = {
    accepted: (partner, kind) => accepted.inc({ partner, kind }),
    orphaned: (partner, kind) => orphaned.inc({ partner, kind }),
    repeated: (partner, kind) => repeated.inc({ partner, kind }),
    refused: (partner, code, error) => refused.inc({ partner, code, reason: reasonOf(error) }),
    tried: (route, what, outcome) => sends.inc({ route, what, outcome }),
    resReceived: (route, status, seconds) => {
      res.inc({ route, status });
      if (seconds !== null) latency.observe({ route }, Math.max(0, seconds));
    },
    resTimedOut: (route) => timeouts.inc({ route }),
    noted: (stream, event) => {
      if (stream.startsWith(partnerPrefix)) {
        noted.inc({ partner: stream.slice(partnerPrefix.length), event });
      }
    },
  };
  return {
    meters,
    expect: (partner, route) => {
      accepted.inc({ partner, kind: 'MM4_forward.REQ' }, 0);
      for (const outcome of outcomes) sends.inc({ route, what: 'forward', outcome }, 0);
      timeouts.inc({ route }, 0);
      for (const event of ['RouteDown', 'Alarm']) noted.inc({ partner, event }, 0);
    },
  };
}

const partnerPrefix = 'partner-';
const outcomes: readonly SendOutcome['kind'][] = ['sent', 'refused', 'not-sent', 'unknown'];

/**
 * A label of few values: the code of an error without its field (`missing-mandatory:date`). Errors that are sentences name domains
 * and numbers, and all of them say that something is not permitted.
 */
function reasonOf(error: string): string {
  return /^([a-z][a-z0-9-]*)(:\w+)?$/.exec(error)?.[1] ?? 'not-permitted';
}

function countersIn(registry: Registry) {
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers: [registry] });
  return {
    accepted: counter('mm4_pdus_accepted_total', 'PDUs that got a 250 and are recorded', ['partner', 'kind']),
    orphaned: counter('mm4_pdus_orphaned_total', 'Accepted PDUs that fit no message', ['partner', 'kind']),
    repeated: counter('mm4_pdus_repeated_total', 'Accepted PDUs that had come before', ['partner', 'kind']),
    refused: counter(
      'mm4_pdus_refused_total',
      'PDUs turned away for good, by SMTP or by RES: the SMTP code, and the first error',
      ['partner', 'code', 'reason'],
    ),
    sends: counter(
      'mm4_sends_total',
      'Tries to send a forward, RES or report: sent, refused, not-sent or unknown',
      ['route', 'what', 'outcome'],
    ),
    res: counter('mm4_res_received_total', 'RES that partners gave us, by their status; repeats left out', [
      'route',
      'status',
    ]),
    latency: new Histogram({
      name: 'mm4_res_latency_seconds',
      help: 'From the 250 of a forward or report to its RES',
      labelNames: ['route'],
      buckets: resSeconds,
      registers: [registry],
    }),
    timeouts: counter('mm4_res_timeouts_total', 'RES that did not come within ackTimeout', ['route']),
    noted: counter(
      'mm4_partner_events_total',
      'RouteDown, RouteUp, Paused, Resumed, Slowed and Alarm, as recorded in the stream of a partner',
      ['partner', 'event'],
    ),
  };
}
