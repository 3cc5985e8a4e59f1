import type { Context } from '../context.ts';

/**
 * Streams that wait for one thing (a route's connections). Only a window of them is in memory: what does not fit waits in the
 * open-work projection, so that a million waiting messages cost nothing here.
 */
export interface WorkQueue {
  /** A doorbell: this stream may have something to do. */
  ring(stream: string): void;
  /** The next stream, when there is one; null once stopped. It is not handed out again before `done`. */
  take(): Promise<string | null>;
  done(stream: string): void;
  stop(): void;
}

const windowSize = 1_000;
const pageSize = 200;
/** The safety net: how often open work is looked through without any doorbell, and the pause while it lags, in ms. */
const lookEvery = 1_000;
const lagPause = 50;

export function workQueue(context: Context, on: string): WorkQueue {
  const ready = new Set<string>();
  const inHand = new Set<string>();
  /** Rung while in hand: to be looked at once more. */
  const again = new Set<string>();
  const takers: ((stream: string | null) => void)[] = [];
  let backlog = true;
  let looking = false;
  let stopped = false;
  let cancelTimer = (): void => undefined;

  const handOut = (): void => {
    while (takers.length > 0) {
      const [stream] = ready;
      if (stream === undefined) break;
      ready.delete(stream);
      inHand.add(stream);
      takers.shift()?.(stream);
    }
    if (takers.length > 0 && backlog) void look();
  };

  const ring = (stream: string): void => {
    if (stopped) return;
    if (inHand.has(stream)) {
      again.add(stream);
    } else if (ready.size >= windowSize) {
      backlog = true;
    } else {
      ready.add(stream);
      handOut();
    }
  };

  /** Fills the window from open work. Rows of streams just served may still be there: serving them finds nothing due. */
  const look = async (): Promise<void> => {
    if (looking || stopped) return;
    looking = true;
    cancelTimer();
    const now = context.clock.now();
    let wait = lookEvery;
    try {
      const rows = await context.openWork.dueWork({ on, now, max: pageSize });
      const fresh = rows.filter(({ stream }) => !inHand.has(stream) && !ready.has(stream));
      for (const { stream } of fresh) ready.add(stream);
      backlog = rows.length === pageSize;
      if (backlog && fresh.length === 0) wait = lagPause;
      const next = backlog ? null : await context.openWork.nextInstant(on, now);
      if (next !== null) wait = Math.min(wait, Math.max(next - now, lagPause));
    } catch (error) {
      context.log.error({ on, error: String(error) }, 'open work cannot be read; trying again');
    }
    looking = false;
    const scheduled = backlog && ready.size > 0 ? null : wait;
    if (scheduled !== null) arm(scheduled);
    if (ready.size > 0) handOut();
  };

  const arm = (milliseconds: number): void => {
    cancelTimer();
    if (!stopped) cancelTimer = context.timers.after(milliseconds, () => void look());
  };

  arm(0);
  return {
    ring,
    take: () =>
      stopped
        ? Promise.resolve(null)
        : new Promise((resolve) => {
            takers.push(resolve);
            handOut();
          }),
    done: (stream) => {
      inHand.delete(stream);
      if (again.delete(stream)) ring(stream);
    },
    stop: () => {
      stopped = true;
      cancelTimer();
      for (const taker of takers.splice(0)) taker(null);
    },
  };
}
