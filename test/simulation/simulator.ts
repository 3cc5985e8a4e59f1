import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { systemTimers } from '../../adapters/runtime/runtime.ts';
import type { Timers } from '../../domain/ports.ts';
import { failedWorld, type Wanted } from './guard.ts';
import type { Outcome } from './world.ts';

/** A thread that simulates one world after the other. */
export interface Simulator {
  /** Always answers: a thread that fails, or does not come to an end, is a broken promise of its seed, and another takes its place. */
  run(seed: number, without?: ReadonlySet<string>): Promise<Outcome>;
  end(): Promise<void>;
}

/** What a simulator runs, and whose time it takes. */
export interface Thread {
  readonly script: URL;
  readonly timers: Timers;
}

/** A world takes seconds. */
export const patience = 2 * 60_000;
const worlds: Thread = { script: new URL('./seed-worker.ts', import.meta.url), timers: systemTimers };

export function simulator({ script, timers }: Thread = worlds): Simulator {
  let worker: Worker | null = null;
  const end = async (): Promise<void> => {
    await worker?.terminate();
    worker = null;
  };
  return {
    end,
    run: async (seed, without = new Set()) => {
      worker ??= new Worker(script);
      try {
        return await answerOf(worker, { seed, without }, timers);
      } catch (error) {
        await end();
        return failedWorld(seed, [error]);
      }
    },
  };
}

async function answerOf(worker: Worker, wanted: Wanted, timers: Timers): Promise<Outcome> {
  const over = new AbortController();
  const { signal } = over;
  const late = Promise.withResolvers<never>();
  const cancel = timers.after(patience, () =>
    late.reject(new Error(`the world does not end within ${patience / 1_000} s`)),
  );
  worker.postMessage(wanted);
  try {
    return await Promise.race([
      // Rejects when the thread fails.
      once(worker, 'message', { signal }).then(([outcome]) => outcome as Outcome),
      once(worker, 'exit', { signal }).then(([code]) => {
        throw new Error(`the thread ended with ${String(code)}`);
      }),
      late.promise,
    ]);
  } finally {
    over.abort();
    cancel();
  }
}
