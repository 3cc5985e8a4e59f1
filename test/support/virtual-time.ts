import type { Clock, Timers } from '../../domain/ports.ts';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that passes only when the test says so: timers fire in order, each at its own instant. */
export interface VirtualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Lets everything happen that can happen now. */
  settle(): Promise<void>;
  /** Lets so many ms pass. */
  pass(milliseconds: number): Promise<void>;
  /** So many ms are over at once, as on a machine that was asleep: whatever should have happened meanwhile happens now. */
  skip(milliseconds: number): Promise<void>;
  /** Lets time pass, timer by timer, until this holds; fails after `atMost` ms. */
  until(holds: () => boolean, atMost: number): Promise<void>;
}

/** @param settle lets everything happen that can happen without time passing */
export function virtualTime(start: number, settle: () => Promise<void> = nextTurn): VirtualTime {
  let now = start;
  let order = 0;
  const timers = new Set<Timer>();

  const next = (): Timer | undefined => {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (
        first === undefined ||
        timer.at < first.at ||
        (timer.at === first.at && timer.order < first.order)
      ) {
        first = timer;
      }
    }
    return first;
  };

  /** Fires the next timer up to `limit`; false: there is none. */
  const step = async (limit: number): Promise<boolean> => {
    await settle();
    const timer = next();
    if (timer === undefined || timer.at > limit) return false;
    timers.delete(timer);
    now = Math.max(now, timer.at);
    timer.callback();
    return true;
  };

  return {
    clock: { now: () => now },
    timers: {
      after: (milliseconds, callback) => {
        order += 1;
        const timer = { at: now + Math.max(0, milliseconds), order, callback };
        timers.add(timer);
        return () => timers.delete(timer);
      },
    },
    settle,
    pass: async (milliseconds) => {
      const end = now + milliseconds;
      while (await step(end));
      now = end;
      await settle();
    },
    skip: async (milliseconds) => {
      await settle();
      now += milliseconds;
      while (await step(now));
    },
    until: async (holds, atMost) => {
      const end = now + atMost;
      for (;;) {
        await settle();
        if (holds()) return;
        if (!(await step(end))) throw new Error(`it did not come to that within ${atMost} ms`);
      }
    },
  };
}

/** Promises run dry before the next turn of the event loop: enough where nothing waits for the outside. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
