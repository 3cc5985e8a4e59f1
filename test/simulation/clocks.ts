import type { Clock, Timers } from '../../domain/ports.ts';
import type { Chance } from '../support/chance.ts';
import type { Faults } from './faults.ts';

/** Clocks of engines: a little apart from each other, and set now and then by somebody. */
export interface Clocks {
  /** A clock for one incarnation. */
  next(): Clock;
}

/**
 * A claim leaves room for a minute (`engine/serve/forward.ts`), ms: so far behind the clock by which it was declared void may the clock be
 * by which its owner still sends. Two engines' clocks differ by less than twice the skew, and one that has been set back since is behind by
 * that too; 28 s and 30 s are less than the minute. Between two steps back more time passes than one of them takes, so they do not add up.
 */
const skewAtMost = 14_000;
const backAtMost = 30_000;
const calmAfterBack = 60_000;
const jumpAtMost = 3 * 3_600_000;
const between = 10_000;

/** @param changed by how much all clocks were set, ahead or back */
export function skewedClocks(
  clock: Clock,
  timers: Timers,
  faults: Faults,
  chance: Chance,
  changed: (by: number) => void,
): Clocks {
  let set = 0;
  const change = (by: number): void => {
    set += by;
    changed(by);
  };
  // All on one machine's clock.
  const tick = (): void => {
    if (faults.happens('clockJump')) change(chance.between(60_000, jumpAtMost));
    const isBack = faults.happens('clockBack');
    if (isBack) change(-chance.between(1_000, backAtMost));
    timers.after(isBack ? calmAfterBack : between, tick);
  };
  timers.after(between, tick);
  return {
    next: () => {
      const skew = chance.between(-skewAtMost, skewAtMost);
      return { now: () => clock.now() + set + skew };
    },
  };
}
