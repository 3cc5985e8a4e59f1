import type { Clock, Timers } from '../../domain/ports.ts';
import type { Chance } from '../support/chance.ts';
import type { Faults } from './faults.ts';

/** Clocks of engines: a little apart from each other, and set now and then by somebody. */
export interface Clocks {
  /** A clock for one incarnation. */
  next(): Clock;
}

/** Two engines' clocks differ by less than twice this, ms. A claim leaves room for a minute (`engine/serve/forward.ts`). */
const skewAtMost = 25_000;
const jumpAtMost = 3 * 3_600_000;
const between = 10_000;

export function skewedClocks(
  clock: Clock,
  timers: Timers,
  faults: Faults,
  chance: Chance,
  jumped: (by: number) => void,
): Clocks {
  let set = 0;
  // All on one machine's clock; it only ever jumps ahead, since one that is set back is slewed.
  const tick = (): void => {
    if (faults.happens('clockJump')) {
      const by = chance.between(60_000, jumpAtMost);
      set += by;
      jumped(by);
    }
    timers.after(between, tick);
  };
  timers.after(between, tick);
  return {
    next: () => {
      const skew = chance.between(-skewAtMost, skewAtMost);
      return { now: () => clock.now() + set + skew };
    },
  };
}
