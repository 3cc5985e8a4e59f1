import { afterPass, currentSchedule, opensAt, type Schedule } from '../../domain/limits/rate.ts';
import { sleep } from '../append.ts';
import type { Context } from '../context.ts';

/** Lets no more through than a rate, one after the other. */
export interface Pace {
  /** Settles when it is one's turn: true. False, at once: that would take longer than `patience` ms, and no turn was taken. */
  turn(patience?: number): Promise<boolean>;
}

/** @param rateNow messages a second; null: no limit. It may change at any time */
export function pace(context: Pick<Context, 'clock' | 'timers'>, rateNow: () => number | null): Pace {
  const scheduleNow = (before: Schedule | null): Schedule | null => {
    const rate = rateNow();
    return rate === null ? null : currentSchedule(before, rate, context.clock.now());
  };
  // From the start: a restart gives no credit.
  let schedule = scheduleNow(null);
  return {
    turn: async (patience = Infinity) => {
      schedule = scheduleNow(schedule);
      if (schedule === null) return true;
      const now = context.clock.now();
      const at = Math.max(now, opensAt(schedule));
      if (at - now > patience) return false;
      schedule = afterPass(schedule, at);
      if (at > now) await sleep(context, Math.ceil(at - now));
      return true;
    },
  };
}
