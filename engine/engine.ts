import * as E from 'fp-ts/lib/Either.js';

import type { Configuration } from '../domain/configuration.ts';
import { onClock, onHandsets, type Due } from '../domain/mms/due.ts';
import { ask } from './ask.ts';
import type { Tip } from './batch.ts';
import { CannotStart } from './cannot-start.ts';
import { recordConfiguration } from './configuration-record.ts';
import type { Context } from './context.ts';
import { watchDisk } from './disk.ts';
import type { Handsets } from './handsets/handsets.ts';
import { handsets } from './handsets/service.ts';
import { answerWatch, type AnswerWatch } from './limits/answer-watch.ts';
import { floodGate } from './limits/floods.ts';
import { inboundRates } from './limits/inbound.ts';
import { liveContext, type ContextBase } from './live-context.ts';
import { messages as openMessages } from './messages.ts';
import { noteNode } from './node-stream.ts';
import { parking } from './parking.ts';
import { note, partnerStream, type PartnerEvent } from './partner-streams.ts';
import type { Operator } from './operator/operator.ts';
import { operator } from './operator/service.ts';
import { openPauses, type PauseState } from './pauses.ts';
import { acceptance } from './receive/accept.ts';
import { evidenceLimit, type Desk } from './receive/desk.ts';
import { byteBudget } from './receive/budget.ts';
import { intakes } from './receive/intake.ts';
import { receptionist } from './receive/receptionist.ts';
import type { Reception } from './reception.ts';
import { reload, waitingForRemoved, type Reloaded } from './reload.ts';
import { retention } from './retention.ts';
import { clockwork, voidEarlierClaims } from './serve/clock.ts';
import type { Line, LineEvents } from './serve/line.ts';
import { openLines } from './serve/lines.ts';
import { notifyLane } from './serve/notify.ts';
import { workQueue, type WorkQueue } from './serve/queue.ts';

/** A running engine: what the SMTP server talks to, and what `mm4 partners` asks. */
export interface Engine {
  readonly reception: Reception;
  lines(): readonly Line[];
  bytesInFlight(): number;
  /** Why no mail is taken: the disk is almost full. Null: it is not. */
  diskProblem(): string | null;
  /** What a handset gateway may ask. */
  readonly handsets: Handsets;
  readonly operator: Operator;
  /** Whether the configuration in force has this partner. */
  hasPartner(name: string): boolean;
  /** Why a partner gets no forwards now; null: it is not paused. */
  pauseOf(partner: string): PauseState | null;
  /** Puts another configuration in force; left: why not, and then nothing has changed. */
  reload(configuration: Configuration, by: string): Promise<E.Either<string, Reloaded>>;
  /** Takes no more work and waits for what is in hand. */
  stop(): Promise<void>;
}

/** Starts all programs over the given ports. Claims of earlier incarnations are void before any new work begins. */
export async function startEngine(base: ContextBase): Promise<Engine> {
  const live = liveContext(base);
  const { context } = live;
  const queues = new Map<string, WorkQueue>();
  let expect = (_at: number): void => undefined;
  const ring = (stream: string, dues: readonly Due[]): void => {
    for (const { on, at } of dues) queues.get(on)?.ring(stream, on, at);
    expect(firstOfClock(dues));
  };
  const messages = openMessages(context, ring);
  const recorded = await recordConfiguration(context, context.configuration);
  if (E.isLeft(recorded)) throw new CannotStart(recorded.left);
  const parked = parking(context, messages);
  const voided = await ask(() => voidEarlierClaims(context, messages, parked));
  if (E.isLeft(voided)) throw new CannotStart(voided.left);

  await noteNode(context, {
    type: 'Started',
    incarnation: context.incarnation,
    digest: context.configurationDigest,
  });
  const stuck = await ask(() => waitingForRemoved(context, context.configuration));
  for (const problem of E.isLeft(stuck) ? [stuck.left] : stuck.right) context.log.error({}, problem);

  const pauses = await openPauses(context);
  const watch = answerWatch(context, pauses, (route) => lines.find(route));
  const lines = openLines(context, messages, queues, lineEvents(context, watch), pauses, parked);
  const notices = workQueue(context, [onHandsets]);
  queues.set(onHandsets, notices);
  const noticing = notifyLane(context, messages, notices);
  const clock = clockwork(context, messages, parked);
  expect = clock.expect;
  const disk = await watchDisk(context);
  const removal = retention(context);
  const budget = byteBudget(context, context.configuration.limits.bytesInFlight);
  const desk: Desk = {
    context,
    messages,
    evidenceLimit: evidenceLimit(context),
    rates: inboundRates(context),
    floods: floodGate(context),
    heard: watch.heard,
    attaching: new Map(),
  };
  const accept = acceptance(desk);

  return {
    reception: receptionist(context, intakes(context, budget, accept), disk.problem),
    lines: lines.all,
    reload: (configuration, by) => reload(live, lines, configuration, by),
    bytesInFlight: () => budget.inFlight(),
    diskProblem: disk.problem,
    handsets: handsets(context, messages, disk.problem),
    operator: operator(desk, messages, lines, pauses),
    hasPartner: (name) => context.routes.partners.has(name),
    pauseOf: pauses.stateOf,
    stop: async () => {
      clock.stop();
      disk.stop();
      notices.stop();
      pauses.stop();
      await Promise.all([lines.stop(), noticing, removal.stop()]);
    },
  };
}

/** When time alone has something to do with a message next: what waits for it, or is over then. */
function firstOfClock(dues: readonly Due[]): number {
  const instants = dues.map(({ on, at, until }) => (on === onClock ? at : (until ?? Infinity)));
  return Math.min(...instants);
}

/** A line's health is an event of its partner's stream, so that the store alone tells why a message waits. */
function lineEvents(context: Context, watch: AnswerWatch): LineEvents {
  const tips = new Map<string, Tip>();
  let last: Promise<void> = Promise.resolve();
  const write = (line: Line, event: PartnerEvent): void => {
    last = last.then(async () => {
      await note(context, partnerStream(line.partner.name), event, tips);
    });
  };
  return {
    down: (line, failure) => {
      const route = line.route.account;
      const credentials = failure.credentials === true;
      context.log.warn({ route, at: failure.at, why: failure.why, credentials }, 'route down');
      write(line, { type: 'RouteDown', route, at: failure.at, why: failure.why, credentials });
    },
    heard: (line, answers) => watch.heard(line.route.account, answers),
    up: (line) => {
      context.log.info({ route: line.route.account }, 'route up');
      write(line, { type: 'RouteUp', route: line.route.account });
    },
  };
}
