import type { Context } from '../context.ts';

/** Doorbells that ring at an instant to come, for a bounded number of streams. */
export interface LaterRings {
  /** False: there are too many. A stream that is set again is set anew. */
  set(stream: string, wait: number, ring: () => void): boolean;
  stop(): void;
}

export function laterRings({ timers }: Pick<Context, 'timers'>, atMost: number): LaterRings {
  const pending = new Map<string, () => void>();
  return {
    set: (stream, wait, ring) => {
      pending.get(stream)?.();
      pending.delete(stream);
      if (pending.size >= atMost) return false;
      const cancel = timers.after(wait, () => {
        pending.delete(stream);
        ring();
      });
      pending.set(stream, cancel);
      return true;
    },
    stop: () => {
      for (const cancel of pending.values()) cancel();
      pending.clear();
    },
  };
}
