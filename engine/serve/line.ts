import * as E from 'fp-ts/lib/Either.js';

import type { Partner, Route } from '../../domain/partner.ts';
import type { Lane, MailSession, SessionFailure } from '../../domain/ports.ts';
import { slowRate, type PeerAnswer } from '../../domain/limits/answer-rules.ts';
import { sleep } from '../append.ts';
import type { Context } from '../context.ts';
import { pace, type Permit } from '../limits/pace.ts';
import { sessions } from './sessions.ts';

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
  /** The right to one forward at the route's rate; null: the line was stopped. */
  permit(): Promise<Permit | null>;
  /** The next forward has to wait for the route's rate. */
  isPaced(): boolean;
  /** Slows it down (`slowRate`) until then, for the rule that says so. */
  slow(until: number, why: string): void;
  /** Null: it goes at its own rate. */
  slowed(): SlowedLine | null;
  /** What the partner answered to one PDU. */
  heard(answers: readonly PeerAnswer[]): void;
  stop(): void;
}

export interface SlowedLine {
  /** Messages a second. */
  readonly rate: number;
  readonly until: number;
  readonly why: string;
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

/** One time of being down, from the first failure to the next session. */
interface Trouble {
  readonly since: number;
  failure: SessionFailure;
  nextProbe: number;
}

const probeWaits = [1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000];
export function openLine(context: Context, partner: Partner, route: Route, events: LineEvents): Line {
  const pool = sessions(context);
  let down: Trouble | null = null;
  /** How often a mail was what showed it to be down, since one was taken. */
  let troubles = 0;
  let known = false;
  let stopped = false;
  let waiters: (() => void)[] = [];

  const connect = async (lane: Lane): Promise<E.Either<SessionFailure, MailSession>> => {
    const opened = await context.transport.open(route, partner.dialect, lane)();
    if (E.isRight(opened)) pool.opened();
    return opened;
  };

  const isUp = (): void => {
    known = true;
    if (down === null) return;
    down = null;
    events.up(line);
    for (const wake of waiters.splice(0)) wake();
  };

  const tell = ({ reply }: SessionFailure): void => {
    if (reply !== undefined) events.heard(line, [reply]);
  };

  const isDown = (failure: SessionFailure, waits = 0): void => {
    if (down !== null || stopped) return;
    const now = context.clock.now();
    const trouble: Trouble = { since: now, failure, nextProbe: now };
    down = trouble;
    events.down(line, failure);
    tell(failure);
    void probe(trouble, waits);
  };

  /**
   * One bare session at a time, until one succeeds; it is then the first to work. It proves nothing about a trouble that only a mail
   * meets, which is why the waits grow from one such trouble to the next.
   */
  const probe = async (trouble: Trouble, waits: number): Promise<void> => {
    // A session that was being opened when it began may have ended it.
    const isOver = (): boolean => down !== trouble || stopped;
    for (let attempt = waits; !isOver(); attempt += 1) {
      const wait = probeWaits[Math.min(attempt, probeWaits.length - 1)] ?? 0;
      trouble.nextProbe = context.clock.now() + wait;
      await sleep(context, wait);
      if (isOver()) return;
      const opened = await connect('forwards');
      if (E.isRight(opened)) {
        pool.giveBack('forwards', opened.right);
        isUp();
      } else {
        trouble.failure = opened.left;
        tell(opened.left);
      }
    }
  };

  const session = async (lane: Lane): Promise<MailSession | null> => {
    if (down !== null || stopped) return null;
    const reused = pool.take(lane);
    if (reused !== null) return reused;
    const opened = await connect(lane);
    if (E.isLeft(opened)) {
      isDown(opened.left);
      return null;
    }
    isUp();
    return opened.right;
  };

  const rate = forwardPace(context, route);
  const line: Line = {
    partner,
    route,
    health: () =>
      down === null
        ? { state: known ? 'up' : 'unknown', connections: pool.open() }
        : { state: 'down', connections: pool.open(), ...down },
    whenUp: () =>
      down === null || stopped
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiters.push(resolve);
          }),
    session,
    giveBack: pool.giveBack,
    reportTrouble: (failure) => {
      if (down !== null) return;
      isDown(failure, troubles);
      troubles += 1;
    },
    permit: rate.permit,
    isPaced: rate.isPaced,
    slow: rate.slow,
    slowed: rate.slowed,
    heard: (answers) => {
      if (answers.some((answer) => 'code' in answer && answer.code < 300)) troubles = 0;
      events.heard(line, answers);
    },
    stop: () => {
      stopped = true;
      rate.stopPace();
      pool.stop();
      for (const wake of waiters) wake();
      waiters = [];
    },
  };
  return line;
}

/** The rate of a route's forwards, and the lower one while it is slowed down. */
function forwardPace(
  context: Context,
  { rate }: Route,
): Pick<Line, 'permit' | 'isPaced' | 'slow' | 'slowed'> & { stopPace(): void } {
  let slow: SlowedLine | null = null;
  const slowed = (): SlowedLine | null => (slow !== null && context.clock.now() < slow.until ? slow : null);
  const forwards = pace(context, () => slowed()?.rate ?? rate);
  return {
    permit: forwards.permit,
    isPaced: forwards.isBinding,
    slow: (until, why) => {
      slow = { rate: slowRate(rate), until, why };
    },
    slowed,
    stopPace: forwards.stop,
  };
}
