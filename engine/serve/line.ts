import * as E from 'fp-ts/lib/Either.js';

import type { Partner, Route } from '../../domain/partner.ts';
import type { Lane, MailSession, SessionFailure } from '../../domain/ports.ts';
import { slowRate, type PeerAnswer } from '../../domain/limits/answer-rules.ts';
import { sleep } from '../append.ts';
import type { Context } from '../context.ts';
import { pace } from '../limits/pace.ts';

/**
 * The line to one route: its sessions and its health. A failed connect, greeting, EHLO, TLS or AUTH is a fact about the line: while
 * it is down, one bare session probes it and nobody takes work for it (design: waiting belongs to what is waited for).
 */
export interface Line {
  readonly partner: Partner;
  readonly route: Route;
  health(): LineHealth;
  /** Settles when the line is not known to be down, or was stopped. */
  whenUp(): Promise<void>;
  /** A session that may be used now, an idle one or a new one; null: the line went down, or was stopped. */
  session(lane: Lane): Promise<MailSession | null>;
  /** Gives a session back: kept a while for the next mail. */
  giveBack(lane: Lane, session: MailSession): void;
  /** A reply within a session showed that the route, not the message, is refused (AUTH needed ...). */
  reportTrouble(failure: SessionFailure): void;
  /** Settles when the route's rate lets one more forward pass. */
  turn(): Promise<void>;
  /** Slows it down (`slowRate`) until then. */
  slow(until: number): void;
  /** What the partner answered to one PDU. */
  heard(answers: readonly PeerAnswer[]): void;
  stop(): void;
}

export type LineHealth =
  | { readonly state: 'unknown' | 'up'; readonly connections: number }
  | {
      readonly state: 'down';
      readonly connections: number;
      readonly since: number;
      readonly failure: SessionFailure;
      readonly nextProbe: number;
    };

/** How the line's owner hears of its going down and coming up. */
export interface LineEvents {
  down(line: Line, failure: SessionFailure): void;
  up(line: Line): void;
  heard(line: Line, answers: readonly PeerAnswer[]): void;
}

const probeWaits = [1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000];
const idleFor = 5_000;

interface Idle {
  readonly session: MailSession;
  readonly cancel: () => void;
}

export function openLine(context: Context, partner: Partner, route: Route, events: LineEvents): Line {
  const idle: Record<Lane, Idle[]> = { forwards: [], answers: [] };
  let down: { since: number; failure: SessionFailure; nextProbe: number } | null = null;
  let known = false;
  let stopped = false;
  const hasStopped = (): boolean => stopped;
  let connections = 0;
  let waiters: (() => void)[] = [];

  const connect = async (lane: Lane): Promise<E.Either<SessionFailure, MailSession>> => {
    const opened = await context.transport.open(route, partner.dialect, lane)();
    if (E.isRight(opened)) connections += 1;
    return opened;
  };

  const isUp = (): void => {
    known = true;
    if (down === null) return;
    down = null;
    events.up(line);
    for (const wake of waiters.splice(0)) wake();
  };

  const isDown = (failure: SessionFailure): void => {
    if (down !== null || stopped) return;
    const now = context.clock.now();
    down = { since: now, failure, nextProbe: now };
    events.down(line, failure);
    if (failure.reply !== undefined) events.heard(line, [failure.reply]);
    void probe();
  };

  /** One bare session at a time, until one succeeds; it is then the first to work. */
  const probe = async (): Promise<void> => {
    for (let attempt = 0; down !== null && !stopped; attempt += 1) {
      const wait = probeWaits[Math.min(attempt, probeWaits.length - 1)] ?? 0;
      down.nextProbe = context.clock.now() + wait;
      await sleep(context, wait);
      if (hasStopped()) return;
      const opened = await connect('forwards');
      if (E.isRight(opened)) {
        giveBack('forwards', opened.right);
        isUp();
      } else {
        down.failure = opened.left;
      }
    }
  };

  const giveBack = (lane: Lane, session: MailSession): void => {
    if (!session.usable || stopped) {
      close(session);
      return;
    }
    const cancel = context.timers.after(idleFor, () => {
      idle[lane] = idle[lane].filter((entry) => entry.session !== session);
      close(session);
    });
    idle[lane].push({ session, cancel });
  };

  const close = (session: MailSession): void => {
    connections -= 1;
    session.quit();
  };

  const takeIdle = (lane: Lane): MailSession | null => {
    for (let entry = idle[lane].pop(); entry !== undefined; entry = idle[lane].pop()) {
      entry.cancel();
      if (entry.session.usable) return entry.session;
      close(entry.session);
    }
    return null;
  };

  const session = async (lane: Lane): Promise<MailSession | null> => {
    if (down !== null || stopped) return null;
    const reused = takeIdle(lane);
    if (reused !== null) return reused;
    const opened = await connect(lane);
    if (E.isLeft(opened)) {
      isDown(opened.left);
      return null;
    }
    isUp();
    return opened.right;
  };

  const line: Line = {
    partner,
    route,
    health: () =>
      down === null
        ? { state: known ? 'up' : 'unknown', connections }
        : { state: 'down', connections, ...down },
    whenUp: () =>
      down === null || stopped
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiters.push(resolve);
          }),
    session,
    giveBack,
    reportTrouble: isDown,
    ...forwardPace(context, route),
    heard: (answers) => events.heard(line, answers),
    stop: () => {
      stopped = true;
      for (const lane of ['forwards', 'answers'] as const) {
        for (let left = takeIdle(lane); left !== null; left = takeIdle(lane)) close(left);
      }
      for (const wake of waiters) wake();
      waiters = [];
    },
  };
  return line;
}

/** The rate of a route's forwards, and the lower one while it is slowed down. */
function forwardPace(context: Context, { rate }: Route): Pick<Line, 'turn' | 'slow'> {
  let slowUntil = 0;
  const forwards = pace(context, () => (context.clock.now() < slowUntil ? slowRate(rate) : rate));
  return {
    turn: async () => {
      await forwards.turn();
    },
    slow: (until) => {
      slowUntil = until;
    },
  };
}
