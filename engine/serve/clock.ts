import * as E from 'fp-ts/lib/Either.js';

import { onClock, onLease } from '../../domain/mms/due.ts';
import { tick } from '../../domain/mms/decide/tick.ts';
import { sleep } from '../append.ts';
import type { Context, OpenWorkRow } from '../context.ts';
import type { Messages } from '../messages.ts';
import { momentFor } from '../moment.ts';
import type { Parking } from '../parking.ts';

const pageSize = 200;
const lookEvery = 1_000;

/** Serves everything that time alone decides: time-outs, expiry, deadlines, leases that ran out. */
export function clockwork(context: Context, messages: Messages, parking: Parking): { stop(): void } {
  let stopped = false;
  const turn = async (): Promise<void> => {
    while (!stopped) {
      const served = await serveOnce(context, messages, parking).catch((error: unknown) => {
        context.log.error({ error: String(error) }, 'the clock could not be served; trying again');
        return 0;
      });
      if (served < pageSize) await sleep(context, lookEvery);
    }
  };
  void turn();
  return {
    stop: () => {
      stopped = true;
    },
  };
}

/** At the start, under the store's lock: every other incarnation is dead, and its claims are void at once. */
export async function voidEarlierClaims(
  context: Context,
  messages: Messages,
  parking: Parking,
): Promise<void> {
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
  const [onTime, over, leases] = await Promise.all([
    context.openWork.dueWork({ on: onClock, now, max: pageSize }),
    context.openWork.overdue(now, pageSize),
    context.openWork.dueWork({ on: onLease(context.incarnation), now, max: pageSize }),
  ]);
  return tickAll(context, messages, parking, [...onTime, ...over, ...leases], () => false);
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
