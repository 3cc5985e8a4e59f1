import { canonicalJson } from '../../domain/configuration-digest.ts';
import { allForwards, onAnswers } from '../../domain/mms/due.ts';
import type { Route } from '../../domain/partner.ts';
import type { Lane } from '../../domain/ports.ts';
import type { Context } from '../context.ts';
import { freePermit } from '../limits/pace.ts';
import type { Messages } from '../messages.ts';
import type { Parking } from '../parking.ts';
import type { Pauses } from '../pauses.ts';
import { performAnswers } from './answers.ts';
import { performForwards } from './forward.ts';
import { workLane, type Gate } from './lane.ts';
import { openLine, type Line, type LineEvents } from './line.ts';
import { workQueue, type WorkQueue } from './queue.ts';

/** The lines to all routes of the configuration in force, each with its queues and the lanes that serve them. */
export interface Lines {
  all(): readonly Line[];
  find(route: string): Line | undefined;
  /** Opens, ends and renews lines so that they are those of the configuration in force. What is in hand is finished on the old one. */
  follow(): void;
  stop(): Promise<void>;
}

interface Served {
  readonly line: Line;
  /** Of the route and its partner's dialect: whether a line is still the right one. */
  readonly settings: string;
  readonly queues: ReadonlyMap<string, WorkQueue>;
}

/** @param queues the doorbells: what waits for `on` is rung there */
export function openLines(
  context: Context,
  messages: Messages,
  queues: Map<string, WorkQueue>,
  events: LineEvents,
  pauses: Pauses,
  parking: Parking,
): Lines {
  const served = new Map<string, Served>();
  const working = new Set<Promise<void>>();
  const onTheirWay = new Set<string>();

  const work = (lane: Promise<void>): void => {
    working.add(lane);
    void lane.finally(() => working.delete(lane));
  };

  /**
   * A line that was renewed may still have a mail of a stream on its way: the new one leaves that stream alone. What is recorded then
   * rings the doorbell for whatever is left to do.
   */
  const once = async (what: string, work: () => Promise<void>): Promise<void> => {
    if (onTheirWay.has(what)) return;
    onTheirWay.add(what);
    await work().finally(() => onTheirWay.delete(what));
  };

  const open = (account: string): void => {
    const target = context.routes.routes.get(account);
    if (target === undefined) return;
    const { partner, route } = target;
    const line = openLine(context, partner, route, events);
    const own = new Map<string, WorkQueue>();
    const forwards = forwardsGate(pauses, line);
    const serve = (lane: Lane, ons: readonly string[], gate: Gate, perform: typeof performForwards): void => {
      const queue = workQueue(context, ons);
      for (const on of ons) {
        own.set(on, queue);
        queues.set(on, queue);
      }
      for (let connection = 0; connection < connectionsOf(route, lane); connection += 1) {
        work(
          workLane(line, lane, queue, gate, parking, (stream, session, permit) =>
            once(`${account} ${lane} ${stream}`, () =>
              perform(context, messages, stream, line, session, permit),
            ),
          ),
        );
      }
    };
    serve('forwards', allForwards(account), forwards, performForwards);
    serve('answers', [onAnswers(account)], alwaysOpen, performAnswers);
    served.set(account, { line, settings: settingsOf(context, account), queues: own });
  };

  const end = (account: string): void => {
    const { line, queues: own } = served.get(account) ?? {};
    for (const [on, queue] of own ?? []) {
      queue.stop();
      if (queues.get(on) === queue) queues.delete(on);
    }
    line?.stop();
    served.delete(account);
  };

  const follow = (): void => {
    const wanted = [...context.routes.routes.keys()];
    for (const [account, { settings }] of [...served]) {
      if (settings !== settingsOf(context, account)) end(account);
    }
    for (const account of wanted) if (!served.has(account)) open(account);
  };

  follow();
  return {
    all: () => [...served.values()].map(({ line }) => line),
    find: (route) => served.get(route)?.line,
    follow,
    stop: async () => {
      for (const account of [...served.keys()]) end(account);
      await Promise.all(working);
    },
  };
}

/** RES and reports are owed even while a partner is paused. */
const alwaysOpen: Gate = {
  isOpen: () => true,
  whenOpen: () => Promise.resolve(),
  permit: () => Promise.resolve(freePermit),
};

/** Forwards wait while their partner is paused, and for the rate of their route. */
function forwardsGate(pauses: Pauses, line: Line): Gate {
  const partner = line.partner.name;
  return {
    isOpen: () => pauses.stateOf(partner) === null,
    whenOpen: () => pauses.whenOpen(partner),
    permit: line.permit,
  };
}

function settingsOf({ routes }: Context, account: string): string {
  const target = routes.routes.get(account);
  return target === undefined
    ? ''
    : canonicalJson([target.route, target.partner.name, target.partner.dialect]);
}

/** RES and reports have one connection of their own and never wait behind bulk. */
function connectionsOf(route: Route, lane: Lane): number {
  return lane === 'answers' ? 1 : route.maxConnections;
}
