import * as E from 'fp-ts/lib/Either.js';

import { onClock, onLease } from '../../domain/mms/due.ts';
import { tick } from '../../domain/mms/decide/tick.ts';
import { sleep } from '../append.ts';
import type { Context, OpenWorkRow } from '../context.ts';
import type { Messages } from '../messages.ts';
import { momentFor } from '../moment.ts';

const pageSize = 200;
const lookEvery = 1_000;

/** Serves everything that time alone decides: time-outs, expiry, deadlines, leases that ran out. */
export function clockwork(context: Context, messages: Messages): { stop(): void } {
  let stopped = false;
  const turn = async (): Promise<void> => {
    while (!stopped) {
      const served = await serveOnce(context, messages, () => false).catch((error: unknown) => {
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
export async function voidEarlierClaims(context: Context, messages: Messages): Promise<void> {
  await context.openWork.whenCaughtUp();
  for (;;) {
    const rows = await context.openWork.leases(pageSize);
    const voided = await tickAll(context, messages, rows, (worker) => worker !== context.incarnation);
    if (voided === 0) return;
    await context.openWork.whenCaughtUp();
  }
}

async function serveOnce(
  context: Context,
  messages: Messages,
  isDead: (worker: string) => boolean,
): Promise<number> {
  const now = context.clock.now();
  const [onTime, over, leases] = await Promise.all([
    context.openWork.dueWork({ on: onClock, now, max: pageSize }),
    context.openWork.overdue(now, pageSize),
    context.openWork.dueWork({ on: onLease(context.incarnation), now, max: pageSize }),
  ]);
  return tickAll(context, messages, [...onTime, ...over, ...leases], isDead);
}

/** Ticks each stream once; the number that changed. */
async function tickAll(
  context: Context,
  messages: Messages,
  rows: readonly OpenWorkRow[],
  isDead: (worker: string) => boolean,
): Promise<number> {
  const streams = [...new Set(rows.map(({ stream }) => stream))];
  const results = await Promise.all(
    streams.map((stream) => {
      const moment = momentFor(context, stream);
      const cause = {
        correlation: moment.uid,
        causation: 'clock',
        actor: 'clock',
        occurredAt: moment.now,
      } as const;
      return messages.transact(stream, (state) => tick(state, { moment, isDead }), cause);
    }),
  );
  return results.filter((result) => E.isRight(result) && result.right.events.length > 0).length;
}
