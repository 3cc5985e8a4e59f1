import type { Context } from '../context.ts';

/** Bytes that PDUs on their way in may hold in memory together. Beyond it sockets pause; who waits too long gets a 451. */
export interface ByteBudget {
  /** Takes so many octets. A promise: too much is in flight; true when there is room again, false when it took too long. */
  take(octets: number): Promise<boolean> | undefined;
  giveBack(octets: number): void;
  inFlight(): number;
}

const patience = 30_000;

export function byteBudget(context: Pick<Context, 'timers'>, limit: number): ByteBudget {
  let taken = 0;
  const waiting = new Set<() => void>();
  return {
    inFlight: () => taken,
    take: (octets) => {
      taken += octets;
      if (taken <= limit) return undefined;
      return new Promise((resolve) => {
        const settle = (room: boolean): void => {
          waiting.delete(wake);
          cancel();
          resolve(room);
        };
        const wake = (): void => settle(true);
        const cancel = context.timers.after(patience, () => settle(false));
        waiting.add(wake);
      });
    },
    giveBack: (octets) => {
      taken -= octets;
      if (taken > limit) return;
      for (const wake of [...waiting]) wake();
    },
  };
}
