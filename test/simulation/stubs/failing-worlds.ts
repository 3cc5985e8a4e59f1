import { virtualTime } from '../../support/virtual-time.ts';
import { answerSeeds, failedWorld, failingAlone } from '../guard.ts';

/** Worlds in which programs fail, each seed in its own way. */
const ways: Readonly<Record<number, () => unknown>> = {
  2: () => {
    throw new Error('thrown by the world');
  },
  3: () => void Promise.reject(new Error('rejected, and nobody waits')),
  4: async () => {
    const time = failingAlone(virtualTime(0));
    time.timers.after(1, () => void JSON.parse('{'));
    await time.pass(2);
  },
  5: () => process.exit(7),
  6: () => {
    for (;;);
  },
};

answerSeeds(async (seed) => {
  await ways[seed]?.();
  return { ...failedWorld(seed, []), happened: [`message#${seed}`] };
});
