import { kindOf } from './faults.ts';
import { simulator, type Simulator } from './simulator.ts';
import type { Outcome } from './world.ts';

/** A failure with as little around it as can be. */
export interface Shrunk {
  readonly outcome: Outcome;
  /** What still has to happen for it. */
  readonly needed: readonly string[];
  /** Nothing of it can be left out any more; false: it was stopped before that was clear. */
  readonly isLeast: boolean;
}

/** How long to go on: so many runs, so many ms. */
export interface Effort {
  readonly runs: number;
  readonly time: number;
}

export async function shrink(failing: Outcome, effort: Effort): Promise<Shrunk> {
  const worlds = simulator();
  try {
    return await shrunkIn(worlds, failing, effort);
  } finally {
    await worlds.end();
  }
}

/**
 * Leaves out of a failing run, first whole kinds of faults, then happenings in ever smaller groups, and then one by one until each of
 * them is needed, for as long as the same promise is still broken.
 */
export async function shrunkIn(
  worlds: Pick<Simulator, 'run'>,
  failing: Outcome,
  { runs, time }: Effort,
): Promise<Shrunk> {
  const promise = failing.problems[0]?.promise;
  const until = performance.now() + time;
  let left = runs;
  let best = failing;
  let without: readonly string[] = [];
  let stopped = false;

  const tryWithout = async (more: readonly string[]): Promise<boolean> => {
    stopped ||= left === 0 || performance.now() >= until;
    if (stopped) return false;
    left -= 1;
    const outcome = await worlds.run(failing.seed, new Set([...without, ...more]));
    if (!outcome.problems.some((problem) => problem.promise === promise)) return false;
    best = outcome;
    without = [...without, ...more];
    return true;
  };

  /** Tries each group of so many; true: some could go. */
  const pass = async (size: number): Promise<boolean> => {
    let some = false;
    for (let at = 0; at < best.happened.length && !stopped;) {
      if (await tryWithout(best.happened.slice(at, at + size))) some = true;
      else at += size;
    }
    return some;
  };

  for (const kind of new Set(failing.happened.map(kindOf))) await tryWithout([kind]);
  for (let size = Math.ceil(best.happened.length / 2); size > 1; size = Math.floor(size / 2))
    await pass(size);
  while (await pass(1));
  return { outcome: best, needed: best.happened, isLeast: !stopped };
}
