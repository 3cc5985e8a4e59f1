import { kindOf } from './faults.ts';
import { simulator } from './simulator.ts';
import type { Outcome } from './world.ts';

/** A failure with as little around it as can be. */
export interface Shrunk {
  readonly outcome: Outcome;
  /** What still has to happen for it. */
  readonly needed: readonly string[];
}

/**
 * Leaves out of a failing run, first whole kinds of faults, then one happening after the other in ever smaller groups, for as long as the
 * same promise is still broken.
 *
 * @param attempts at most so many runs
 */
export async function shrink(failing: Outcome, attempts: number): Promise<Shrunk> {
  const promise = failing.problems[0]?.promise;
  const worlds = simulator();
  let left = attempts;
  let best = failing;
  let without: readonly string[] = [];

  const tryWithout = async (more: readonly string[]): Promise<boolean> => {
    if (left === 0 || more.length === 0) return false;
    left -= 1;
    const outcome = await worlds.run(failing.seed, new Set([...without, ...more]));
    if (!outcome.problems.some((problem) => problem.promise === promise)) return false;
    best = outcome;
    without = [...without, ...more];
    return true;
  };

  for (const kind of new Set(failing.happened.map(kindOf))) await tryWithout([kind]);
  for (let size = Math.ceil(best.happened.length / 2); size >= 1 && left > 0; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.happened.length && left > 0;) {
      if (!(await tryWithout(best.happened.slice(at, at + size)))) at += size;
    }
  }
  await worlds.end();
  return { outcome: best, needed: best.happened };
}
