import type { Route } from '../domain/partner.ts';
import type { Lane } from '../domain/ports.ts';
import { onAnswers, onForwards, onHandsets, type Due } from '../domain/mms/due.ts';
import type { Tip } from './batch.ts';
import { recordConfiguration } from './configuration-record.ts';
import type { Context } from './context.ts';
import type { Handsets } from './handsets/handsets.ts';
import { handsets } from './handsets/service.ts';
import { messages as openMessages, type Messages } from './messages.ts';
import { parking } from './parking.ts';
import { note, partnerStream, type PartnerEvent } from './partner-streams.ts';
import { acceptance } from './receive/accept.ts';
import { byteBudget } from './receive/budget.ts';
import { intakes } from './receive/intake.ts';
import { receptionist } from './receive/receptionist.ts';
import type { Reception } from './reception.ts';
import { performAnswers } from './serve/answers.ts';
import { clockwork, voidEarlierClaims } from './serve/clock.ts';
import { performForwards } from './serve/forward.ts';
import { workLane } from './serve/lane.ts';
import { openLine, type Line, type LineEvents } from './serve/line.ts';
import { notifyLane } from './serve/notify.ts';
import { workQueue, type WorkQueue } from './serve/queue.ts';

/** A running engine: what the SMTP server talks to, and what `mm4 partners` asks. */
export interface Engine {
  readonly reception: Reception;
  lines(): readonly Line[];
  bytesInFlight(): number;
  /** What a handset gateway may ask. */
  readonly handsets: Handsets;
  /** Takes no more work and waits for what is in hand. */
  stop(): Promise<void>;
}

/** Starts all programs over the given ports. Claims of earlier incarnations are void before any new work begins. */
export async function startEngine(context: Context): Promise<Engine> {
  const queues = new Map<string, WorkQueue>();
  const ring = (stream: string, dues: readonly Due[]): void => {
    const now = context.clock.now();
    for (const { on, at } of dues) if (at <= now) queues.get(on)?.ring(stream);
  };
  const messages = openMessages(context, ring);
  await recordConfiguration(context);
  const parked = parking(context, messages);
  await voidEarlierClaims(context, messages, parked);

  const lines = context.configuration.partners.flatMap((partner) =>
    partner.routes.map((route) => openLine(context, partner, route, lineEvents(context))),
  );
  const lanes = lines.flatMap((line) => serveLine(context, messages, line, queues));
  const notices = workQueue(context, onHandsets);
  queues.set(onHandsets, notices);
  lanes.push(notifyLane(context, messages, notices));
  const clock = clockwork(context, messages, parked);
  const budget = byteBudget(context, context.configuration.limits.bytesInFlight);
  const accept = acceptance(context, messages);

  return {
    reception: receptionist(context, intakes(context, budget, accept)),
    lines: () => lines,
    bytesInFlight: () => budget.inFlight(),
    handsets: handsets(context, messages),
    stop: async () => {
      clock.stop();
      for (const queue of queues.values()) queue.stop();
      for (const line of lines) line.stop();
      await Promise.all(lanes);
    },
  };
}

/** RES and reports have one connection of their own and never wait behind bulk. */
function connectionsOf(route: Route, lane: Lane): number {
  return lane === 'answers' ? 1 : route.maxConnections;
}

function serveLine(
  context: Context,
  messages: Messages,
  line: Line,
  queues: Map<string, WorkQueue>,
): readonly Promise<void>[] {
  const { account } = line.route;
  const serve = (lane: Lane, on: string, perform: typeof performForwards): Promise<void>[] => {
    const queue = workQueue(context, on);
    queues.set(on, queue);
    return Array.from({ length: connectionsOf(line.route, lane) }, () =>
      workLane(context, line, lane, queue, (stream, session) =>
        perform(context, messages, stream, line, session),
      ),
    );
  };
  return [
    ...serve('forwards', onForwards(account), performForwards),
    ...serve('answers', onAnswers(account), performAnswers),
  ];
}

/** A line's health is an event of its partner's stream, so that the store alone tells why a message waits. */
function lineEvents(context: Context): LineEvents {
  const tips = new Map<string, Tip>();
  let last: Promise<void> = Promise.resolve();
  const write = (line: Line, event: PartnerEvent): void => {
    last = last.then(() => note(context, partnerStream(line.partner.name), event, tips));
  };
  return {
    down: (line, failure) => {
      const route = line.route.account;
      const credentials = failure.credentials === true;
      context.log.warn({ route, at: failure.at, why: failure.why, credentials }, 'route down');
      write(line, { type: 'RouteDown', route, at: failure.at, why: failure.why, credentials });
    },
    up: (line) => {
      context.log.info({ route: line.route.account }, 'route up');
      write(line, { type: 'RouteUp', route: line.route.account });
    },
  };
}
