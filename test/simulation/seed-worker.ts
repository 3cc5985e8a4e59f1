import { parentPort } from 'node:worker_threads';

import { simulate } from './world.ts';

/** Simulates each seed that it is given. */
parentPort?.on('message', (seed: number) => {
  void simulate(seed).then((outcome) => parentPort?.postMessage(outcome));
});
