import { nextClass, nobodyPassedOver } from '../../domain/limits/priority.ts';
import type { Context } from '../context.ts';

/**
 * Streams that wait for one thing (a route's connections), in classes of urgency. Only a window of them is in memory: what does not
 * fit waits in the open-work projection, so that a million waiting messages cost nothing here.
 */
export interface WorkQueue {
  /** A doorbell: this stream may have something to do on `on`, one of the queue's classes. */
  ring(stream: string, on: string): void;
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

interface UrgencyClass {
  readonly on: string;
  readonly ready: Set<string>;
  /** There may be more in open work than the window holds. */
  backlog: boolean;
}

/** @param ons what its streams wait for, a class each, the most urgent first; none of them starves */
export function workQueue(context: Context, ons: readonly string[]): WorkQueue {
  const classes = ons.map((on): UrgencyClass => ({ on, ready: new Set(), backlog: true }));
  const inHand = new Set<string>();
  /** Rung while in hand: to be looked at once more. */
  const again = new Map<string, string>();
  const takers: ((stream: string | null) => void)[] = [];
  let passedOver = nobodyPassedOver;
  let looking = false;
  let lookedAt = -Infinity;
  let stopped = false;
  let cancelTimer = (): void => undefined;

  const isReady = (stream: string): boolean => classes.some(({ ready }) => ready.has(stream));

  const next = (): string | undefined => {
    const chosen = nextClass(
      classes.map(({ ready }) => ready.size > 0),
      passedOver,
    );
    if (chosen === null) return undefined;
    passedOver = chosen.passedOver;
    const [stream] = classes[chosen.served]?.ready ?? [];
    for (const { ready } of classes) ready.delete(stream ?? '');
    return stream;
  };

  const handOut = (): void => {
    while (takers.length > 0) {
      const stream = next();
      if (stream === undefined) break;
      inHand.add(stream);
      takers.shift()?.(stream);
    }
    const lacks = classes.some(({ backlog, ready }) => backlog && ready.size === 0);
    if (lacks && context.clock.now() - lookedAt >= lagPause) void look();
  };

  const ring = (stream: string, on: string): void => {
    const urgency = classes.find((candidate) => candidate.on === on);
    if (stopped || urgency === undefined) return;
    if (inHand.has(stream)) {
      again.set(stream, on);
    } else if (urgency.ready.size >= windowSize) {
      urgency.backlog = true;
    } else {
      urgency.ready.add(stream);
      handOut();
    }
  };

  /**
   * Fills a window from open work; the pause until it is worth looking again. Rows of streams just served may still be there:
   * serving them finds nothing due.
   */
  const fill = async (urgency: UrgencyClass, now: number): Promise<number> => {
    const { on, ready } = urgency;
    if (ready.size >= windowSize) return lookEvery;
    const rows = await context.openWork.dueWork({ on, now, max: pageSize });
    const fresh = rows.filter(({ stream }) => !inHand.has(stream) && !isReady(stream));
    for (const { stream } of fresh) ready.add(stream);
    urgency.backlog = rows.length === pageSize;
    if (urgency.backlog) return fresh.length === 0 && ready.size === 0 ? lagPause : lookEvery;
    const instant = await context.openWork.nextInstant(on, now);
    return instant === null ? lookEvery : Math.min(lookEvery, Math.max(instant - now, lagPause));
  };

  const look = async (): Promise<void> => {
    if (looking || stopped) return;
    looking = true;
    cancelTimer();
    const now = context.clock.now();
    lookedAt = now;
    let wait = lookEvery;
    try {
      const waits = await Promise.all(classes.map((urgency) => fill(urgency, now)));
      wait = Math.min(...waits);
    } catch (error) {
      context.log.error({ ons, error: String(error) }, 'open work cannot be read; trying again');
    }
    looking = false;
    arm(wait);
    if (classes.some(({ ready }) => ready.size > 0)) handOut();
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
      const on = again.get(stream);
      if (again.delete(stream) && on !== undefined) ring(stream, on);
    },
    stop: () => {
      stopped = true;
      cancelTimer();
      for (const taker of takers.splice(0)) taker(null);
    },
  };
}
