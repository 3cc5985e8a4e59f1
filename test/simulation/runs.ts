import { Worker } from 'node:worker_threads';

import type { Outcome } from './world.ts';

/** Runs seeds, several at once, each in a world of its own; hears of each as it ends, in whatever order. */
export async function runSeeds(
  seeds: readonly number[],
  jobs: number,
  heard: (outcome: Outcome) => void,
): Promise<void> {
  const left = [...seeds];
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./seed-worker.ts', import.meta.url));
      const next = (): void => {
        const seed = left.shift();
        if (seed === undefined) void worker.terminate().then(() => resolve());
        else worker.postMessage(seed);
      };
      worker.on('message', (outcome: Outcome) => {
        heard(outcome);
        next();
      });
      worker.on('error', reject);
      next();
    });
  await Promise.all(Array.from({ length: Math.min(jobs, seeds.length) }, work));
}
