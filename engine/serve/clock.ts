import * as E from 'fp-ts/lib/Either.js';

import { onClock } from '../../domain/mms/due.ts';
import { tick } from '../../domain/mms/decide/tick.ts';
import type { Context, OpenWorkRow } from '../context.ts';
import type { Messages } from '../messages.ts';
import { momentFor } from '../moment.ts';
import type { Parking } from '../parking.ts';

const pageSize = 200;
/** The safety net, and the least time between two looks, ms. */
const lookEvery = 30_000;
const atLeast = 200;

export interface Clockwork {
  /** Something new is to be served at this instant. */
  expect(at: number): void;
  stop(): void;
}

/** Serves everything that time alone decides: time-outs, expiry, deadlines, leases that ran out. */
export function clockwork(context: Context, messages: Messages, parking: Parking): Clockwork {
  const alarm = alarmClock(context);
  const serve = async (): Promise<void> => {
    const now = context.clock.now();
    const served = await serveOnce(context, messages, parking);
    const next = served >= pageSize ? now : await nextInstant(context, now);
    alarm.set(Math.min(Math.max(next, now + atLeast), now + lookEvery));
  };
  const turn = async (): Promise<void> => {
    while (await alarm.rings()) {
      await serve().catch((error: unknown) => {
        context.log.error({ error: String(error) }, 'the clock could not be served; trying again');
        alarm.set(context.clock.now() + lookEvery);
      });
    }
  };
  alarm.set(context.clock.now());
  void turn();
  return { expect: alarm.set, stop: alarm.stop };
}

/** Rings at the earliest instant that was set since it rang last. */
function alarmClock({ clock, timers }: Pick<Context, 'clock' | 'timers'>): {
  set(at: number): void;
  rings(): Promise<boolean>;
  stop(): void;
} {
  let next = Infinity;
  let stopped = false;
  let cancel = (): void => undefined;
  let wake = (): void => undefined;
  const arm = (): void => {
    cancel();
    if (next < Infinity) cancel = timers.after(Math.max(0, next - clock.now()), wake);
  };
  return {
    set: (at) => {
      if (at >= next) return;
      next = at;
      arm();
    },
    /** False: stopped. */
    rings: async () => {
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (stopped) resolve();
        else arm();
      });
      next = Infinity;
      return !stopped;
    },
    stop: () => {
      stopped = true;
      cancel();
      wake();
    },
  };
}

/** When time alone brings the next thing about, as far as open work knows. */
async function nextInstant({ openWork }: Context, now: number): Promise<number> {
  const instants = await Promise.all([openWork.nextInstant(onClock, now), openWork.nextEnd(now)]);
  return Math.min(...instants.map((instant) => instant ?? Infinity));
}

/**
 * At the start: the store's lock proves that every other incarnation is dead, and its claims are void at once. A store that others may
 * write to proves nothing: there their leases have to run out.
 */
export async function voidEarlierClaims(
  context: Context,
  messages: Messages,
  parking: Parking,
): Promise<void> {
  if (!context.alone) return;
  await context.openWork.whenCaughtUp();
  for (;;) {
    const rows = await context.openWork.leases(pageSize);
    const isDead = (worker: string): boolean => worker !== context.incarnation;
    const voided = await tickAll(context, messages, parking, rows, isDead);
    if (voided === 0) return;
    await context.openWork.whenCaughtUp();
  }
}

async function serveOnce(context: Context, messages: Messages, parking: Parking): Promise<number> {
  const now = context.clock.now();
  const [onTime, over] = await Promise.all([
    context.openWork.dueWork({ on: onClock, now, max: pageSize }),
    context.openWork.overdue(now, pageSize),
  ]);
  return tickAll(context, messages, parking, [...onTime, ...over], () => false);
}

/** Ticks each stream once; the number that changed. One that makes us fail hinders no other. */
async function tickAll(
  context: Context,
  messages: Messages,
  parking: Parking,
  rows: readonly OpenWorkRow[],
  isDead: (worker: string) => boolean,
): Promise<number> {
  const tickOne = async (stream: string): Promise<boolean> => {
    const moment = momentFor(context, stream);
    const cause = {
      correlation: moment.uid,
      causation: 'clock',
      actor: 'clock',
      occurredAt: moment.now,
    } as const;
    try {
      const ticked = await messages.transact(stream, (state) => tick(state, { moment, isDead }), cause);
      return E.isRight(ticked) && ticked.right.events.length > 0;
    } catch (error) {
      await parking.failed(stream, error);
      return false;
    }
  };
  const streams = [...new Set(rows.map(({ stream }) => stream))].filter(
    (stream) => !parking.isBarred(stream),
  );
  const changed = await Promise.all(streams.map(tickOne));
  return changed.filter(Boolean).length;
}
