import { simulator, type Thread } from './simulator.ts';
import type { Outcome } from './world.ts';

/** Runs seeds, several at once, each in a world of its own; hears of each as it ends, in whatever order. */
export async function runSeeds(
  seeds: readonly number[],
  jobs: number,
  heard: (outcome: Outcome) => void,
  thread?: Thread,
): Promise<void> {
  const left = [...seeds];
  const work = async (): Promise<void> => {
    const one = simulator(thread);
    for (let seed = left.shift(); seed !== undefined; seed = left.shift()) heard(await one.run(seed));
    await one.end();
  };
  await Promise.all(Array.from({ length: Math.min(jobs, seeds.length) }, work));
}
