import { afterPass, currentSchedule, opensAfter, opensAt, type Schedule } from '../../domain/limits/rate.ts';
import type { Context } from '../context.ts';

/** Lets no more through than a rate, one after the other. */
export interface Pace {
  /** The right to one passage, when its time has come. Nobody else gets one before it is used or given back. Null: stopped. */
  permit(): Promise<Permit | null>;
  /** A permit, used at once: true. False: it would take longer than `patience` ms, or everything stops. */
  turn(patience: number): Promise<boolean>;
  /** Somebody wants a permit whose time has not come. */
  isBinding(): boolean;
  stop(): void;
}

/** What is given back unused costs nobody anything. Only the first of both counts. */
export interface Permit {
  use(): void;
  giveBack(): void;
}

/** Where nothing is limited. */
export const freePermit: Permit = { use: () => undefined, giveBack: () => undefined };

/** @param rateNow messages a second; null: no limit. It may change at any time; who waits sees it after one turn at most */
export function pace(context: Pick<Context, 'clock' | 'timers'>, rateNow: () => number | null): Pace {
  const waiting: ((permit: Permit | null) => void)[] = [];
  let stopped = false;
  let isHeld = false;
  let isEarly = false;

  const scheduleNow = (before: Schedule | null): Schedule | null => {
    const rate = rateNow();
    return rate === null ? null : currentSchedule(before, rate, context.clock.now());
  };
  // From the start: a restart gives no credit.
  let schedule = scheduleNow(null);

  const permit = (): Permit => {
    let over = false;
    const settle = (isUsed: boolean): void => {
      if (over) return;
      over = true;
      if (isUsed && schedule !== null) schedule = afterPass(schedule, context.clock.now());
      isHeld = false;
      serve();
    };
    return { use: () => settle(true), giveBack: () => settle(false) };
  };

  const serve = (): void => {
    while (waiting.length > 0 && !isHeld && !isEarly) {
      schedule = scheduleNow(schedule);
      const wait = schedule === null ? 0 : opensAt(schedule) - context.clock.now();
      if (wait > 0) {
        isEarly = true;
        context.timers.after(Math.ceil(wait), () => {
          isEarly = false;
          serve();
        });
      } else {
        isHeld = schedule !== null;
        waiting.shift()?.(schedule === null ? freePermit : permit());
      }
    }
  };

  const next = (): Promise<Permit | null> =>
    stopped
      ? Promise.resolve(null)
      : new Promise((resolve) => {
          waiting.push(resolve);
          serve();
        });

  return {
    permit: next,
    turn: async (patience) => {
      schedule = scheduleNow(schedule);
      if (schedule !== null) {
        const now = context.clock.now();
        const before = waiting.length + (isHeld ? 1 : 0);
        if (opensAfter(schedule, before, now) - now > patience) return false;
      }
      const mine = await next();
      mine?.use();
      return mine !== null;
    },
    isBinding: () => isEarly,
    stop: () => {
      stopped = true;
      for (const resolve of waiting.splice(0)) resolve(null);
    },
  };
}
