import { afterPass, currentSchedule, interval, opensAt, type Schedule } from '../../domain/limits/rate.ts';
import type { Context } from '../context.ts';

/** Lets no more through than a rate, one after the other. */
export interface Pace {
  /** Settles when it is one's turn: true. False, at once: that would take longer than `patience` ms, and no turn was taken. */
  turn(patience?: number): Promise<boolean>;
}

/** @param rateNow messages a second; null: no limit. It may change at any time; who waits sees it after one turn at most */
export function pace(context: Pick<Context, 'clock' | 'timers'>, rateNow: () => number | null): Pace {
  // Nobody passes before the instant that counts him: a schedule that ran ahead of the clock would look like one of a clock set back.
  const waiting: (() => void)[] = [];
  const scheduleNow = (before: Schedule | null): Schedule | null => {
    const rate = rateNow();
    return rate === null ? null : currentSchedule(before, rate, context.clock.now());
  };
  // From the start: a restart gives no credit.
  let schedule = scheduleNow(null);

  /** Lets pass whose turn it is, and comes again for the next. */
  const serve = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      schedule = scheduleNow(schedule);
      const now = context.clock.now();
      if (schedule !== null) {
        const wait = opensAt(schedule) - now;
        if (wait > 0) {
          context.timers.after(Math.ceil(wait), serve);
          return;
        }
        schedule = afterPass(schedule, now);
      }
      waiting.shift();
      next();
    }
  };

  return {
    turn: (patience = Infinity) => {
      schedule = scheduleNow(schedule);
      if (schedule !== null) {
        const at = opensAt(schedule) + waiting.length * interval(schedule.rate);
        if (at - context.clock.now() > patience) return Promise.resolve(false);
      }
      return new Promise((resolve) => {
        waiting.push(() => resolve(true));
        // With others before him the timer for the first of them is running.
        if (waiting.length === 1) serve();
      });
    },
  };
}
