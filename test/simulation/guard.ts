import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';

import type { VirtualTime } from '../support/virtual-time.ts';
import type { Outcome } from './world.ts';

/** One world that is wanted. */
export interface Wanted {
  readonly seed: number;
  /** What is left out of it (`Outcome.happened`). */
  readonly without: ReadonlySet<string>;
}

export type Simulate = (seed: number, without: ReadonlySet<string>) => Promise<Outcome>;

/** Makes this thread simulate what it is asked for. A program that fails meanwhile is a broken promise of that seed. */
export function answerSeeds(simulate: Simulate): void {
  parentPort?.on('message', (wanted: Wanted) => {
    void guarded(simulate, wanted).then((outcome) => parentPort?.postMessage(outcome));
  });
}

async function guarded(simulate: Simulate, { seed, without }: Wanted): Promise<Outcome> {
  const failures: unknown[] = [];
  const failed = (error: unknown): void => void failures.push(error);
  process.on('unhandledRejection', failed).on('uncaughtException', failed);
  try {
    const outcome = await simulate(seed, without);
    // A rejection that nobody handles is told at the end of its turn.
    await nextTurn();
    return { ...outcome, problems: [...failures.map(failure), ...outcome.problems] };
  } catch (error) {
    return failedWorld(seed, [error, ...failures]);
  } finally {
    process.off('unhandledRejection', failed).off('uncaughtException', failed);
  }
}

/** Of a world of which nothing else is known. */
export function failedWorld(seed: number, failures: readonly unknown[]): Outcome {
  return {
    seed,
    problems: failures.map(failure),
    faults: new Map(),
    happened: [],
    crashes: 0,
    freezes: 0,
    pdusIn: 0,
    pdusOut: 0,
    events: 0,
    steps: [],
    streams: [],
    fingerprint: '',
  };
}

function failure(error: unknown): Outcome['problems'][number] {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { promise: 'no program fails', what };
}

/** As in a process, what a timer throws goes to nobody who waits for time to pass: the world goes on, and what happened in it is known. */
export function failingAlone(time: VirtualTime): VirtualTime {
  const alone = (callback: () => void) => (): void => {
    try {
      callback();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };
  return {
    ...time,
    timers: { after: (milliseconds, callback) => time.timers.after(milliseconds, alone(callback)) },
  };
}
