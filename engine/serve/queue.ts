import type { Context } from '../context.ts';
import { laterRings } from './later.ts';
import { readyStreams, type UrgencyClass } from './urgency.ts';

/**
 * Streams that wait for one thing (a route's connections), in classes of urgency. Only a window of them is in memory: what does not
 * fit waits in the open-work projection, so that a million waiting messages cost nothing here.
 */
export interface WorkQueue {
  /** A doorbell: this stream may have something to do on `on`, one of the queue's classes, from that instant on. */
  ring(stream: string, on: string, at: number): void;
  /** The next stream, when there is one; null once stopped. It is not handed out again before `done`. */
  take(): Promise<string | null>;
  done(stream: string): void;
  /** It could not be served now: it stays at hand. */
  putBack(stream: string): void;
  stop(): void;
}

const windowSize = 1_000;
const pageSize = 200;
/** The safety net: how often open work is looked through without any doorbell, more often with a backlog; and the pause while it lags, ms. */
const lookEvery = 30_000;
const lookOften = 1_000;
const lagPause = 50;

/** @param ons what its streams wait for, a class each, the most urgent first; none of them starves */
export function workQueue(context: Context, ons: readonly string[]): WorkQueue {
  const { classes, has: isReady, next } = readyStreams(ons);
  /** By what they wait for. */
  const inHand = new Map<string, string>();
  /** Rung while in hand: to be looked at once more. */
  const again = new Map<string, string>();
  const takers: ((stream: string | null) => void)[] = [];
  let looking = false;
  let lookedAt = -Infinity;
  let stopped = false;
  let cancelTimer = (): void => undefined;
  let armedFor = Infinity;

  const handOut = (): void => {
    while (takers.length > 0) {
      const chosen = next();
      if (chosen === undefined) break;
      inHand.set(chosen.stream, chosen.on);
      takers.shift()?.(chosen.stream);
    }
    const lacks = classes.some(({ backlog, ready }) => backlog && ready.size === 0);
    if (lacks && context.clock.now() - lookedAt >= lagPause) void look();
  };

  /** Streams whose time comes soon: the projection may not have them yet when it does. Whoever comes later is found by a look. */
  const later = laterRings(context, windowSize);

  const ring = (stream: string, on: string, at: number): void => {
    const wait = at - context.clock.now();
    if (wait <= 0) ringNow(stream, on);
    else if (wait <= lookEvery && !later.set(stream, wait, () => ringNow(stream, on))) armBy(wait);
  };

  const ringNow = (stream: string, on: string): void => {
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
    if (ready.size >= windowSize) return lookOften;
    const rows = await context.openWork.dueWork({ on, now, max: pageSize });
    const fresh = rows.filter(({ stream }) => !inHand.has(stream) && !isReady(stream));
    for (const { stream } of fresh) ready.add(stream);
    urgency.backlog = rows.length === pageSize;
    if (urgency.backlog) return fresh.length === 0 && ready.size === 0 ? lagPause : lookOften;
    const instant = await context.openWork.nextInstant(on, now);
    return instant === null ? lookEvery : Math.min(lookEvery, Math.max(instant - now, lagPause));
  };

  const look = async (): Promise<void> => {
    if (looking || stopped) return;
    looking = true;
    cancelTimer();
    const now = context.clock.now();
    lookedAt = now;
    let wait = lookOften;
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
    armedFor = context.clock.now() + milliseconds;
    if (!stopped) cancelTimer = context.timers.after(milliseconds, () => void look());
  };

  const armBy = (milliseconds: number): void => {
    if (context.clock.now() + milliseconds < armedFor) arm(milliseconds);
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
    putBack: (stream) => {
      const on = inHand.get(stream);
      inHand.delete(stream);
      again.delete(stream);
      if (on !== undefined) ringNow(stream, on);
    },
    done: (stream) => {
      inHand.delete(stream);
      const on = again.get(stream);
      if (again.delete(stream) && on !== undefined) ringNow(stream, on);
    },
    stop: () => {
      stopped = true;
      cancelTimer();
      later.stop();
      for (const taker of takers.splice(0)) taker(null);
    },
  };
}
