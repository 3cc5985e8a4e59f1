import type { Timers } from '../../domain/ports.ts';

interface Armed {
  readonly milliseconds: number;
  readonly callback: () => void;
}

/** Timers that run out when the test says so. */
export interface ManualTimers extends Timers {
  /** Resolves as soon as a timer of so many milliseconds is running. */
  armed(milliseconds: number): Promise<void>;
  /** Lets all timers of so many milliseconds run out. */
  fire(milliseconds: number): void;
  /** Timers that are still running. */
  readonly running: readonly number[];
}

export function manualTimers(): ManualTimers {
  const armed = new Set<Armed>();
  let watchers: { readonly milliseconds: number; readonly seen: () => void }[] = [];
  const isArmed = (milliseconds: number): boolean =>
    [...armed].some((timer) => timer.milliseconds === milliseconds);
  return {
    after(milliseconds, callback) {
      const timer = { milliseconds, callback };
      armed.add(timer);
      watchers.filter((watcher) => watcher.milliseconds === milliseconds).forEach(({ seen }) => seen());
      watchers = watchers.filter((watcher) => watcher.milliseconds !== milliseconds);
      return () => void armed.delete(timer);
    },
    armed: (milliseconds) =>
      new Promise((resolve) => {
        if (isArmed(milliseconds)) resolve();
        else watchers.push({ milliseconds, seen: resolve });
      }),
    fire(milliseconds) {
      for (const timer of [...armed].filter((candidate) => candidate.milliseconds === milliseconds)) {
        armed.delete(timer);
        timer.callback();
      }
    },
    get running() {
      return [...armed].map(({ milliseconds }) => milliseconds);
    },
  };
}
