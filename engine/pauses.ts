import * as E from 'fp-ts/lib/Either.js';

import { CannotStart } from './cannot-start.ts';
import type { Context } from './context.ts';
import type { Hand } from './operator/operator.ts';
import { note, partnerStream, type PartnerEvent } from './partner-streams.ts';

/** Why a partner gets no forwards now. */
export interface PauseState extends Hand {
  readonly since: number;
  /** It ends by itself then; null: somebody has to resume it. */
  readonly until: number | null;
}

/**
 * Partners that get no new forwards from us, by an operator or a rule. RES and reports go on, and what they send us is taken. Each
 * pause is an event of the partner's stream and outlives a restart; the messages that wait get no events.
 */
export interface Pauses {
  pause(partner: string, until: number | null, hand: Hand): Promise<E.Either<string, void>>;
  resume(partner: string, hand: Hand): Promise<E.Either<string, void>>;
  /** Null: it is not paused. */
  stateOf(partner: string): PauseState | null;
  /** Settles when it is not paused, or everything stops. */
  whenOpen(partner: string): Promise<void>;
  stop(): void;
}

const itself: Hand = { by: 'engine', why: 'its time is over' };
const notRecorded = 'the store cannot write now: nothing has changed, try again';
/** Timers are asked for no longer than this, and then again. */
const longestTimer = 2 ** 31 - 1;

/** Pauses as the partners' streams left them; those whose time is over meanwhile end at once. */
export async function openPauses(context: Context): Promise<Pauses> {
  const states = new Map<string, PauseState>();
  const waiters = new Map<string, (() => void)[]>();
  const timers = new Map<string, () => void>();
  let stopped = false;

  const record = async (partner: string, event: PartnerEvent): Promise<E.Either<string, void>> =>
    (await note(context, partnerStream(partner), event, new Map()))
      ? E.right(undefined)
      : E.left(notRecorded);

  const open = (partner: string): void => {
    states.delete(partner);
    timers.get(partner)?.();
    timers.delete(partner);
    for (const wake of waiters.get(partner) ?? []) wake();
    waiters.delete(partner);
  };

  const resume = async (partner: string, hand: Hand): Promise<E.Either<string, void>> => {
    if (!states.has(partner)) return E.left(`${partner} is not paused`);
    const recorded = await record(partner, { type: 'Resumed', ...hand });
    if (E.isLeft(recorded)) return recorded;
    context.log.info({ partner, ...hand }, 'partner resumed');
    open(partner);
    return recorded;
  };

  /** Ends by itself, also when it was prolonged or the store could not write at the first try. */
  const arm = (partner: string, until: number | null): void => {
    timers.get(partner)?.();
    timers.delete(partner);
    if (until === null || stopped) return;
    const wait = Math.min(Math.max(until - context.clock.now(), 0), longestTimer);
    const cancel = context.timers.after(wait, () => void end(partner));
    timers.set(partner, cancel);
  };

  const end = async (partner: string): Promise<void> => {
    const until = states.get(partner)?.until ?? null;
    if (until === null || stopped) return;
    if (until > context.clock.now()) return arm(partner, until);
    const resumed = await resume(partner, itself);
    if (E.isLeft(resumed)) arm(partner, context.clock.now() + 1_000);
  };

  for (const { name } of context.configuration.partners) {
    const left = await lastPause(context, name);
    if (left === null) continue;
    states.set(name, left);
    await end(name);
    if (states.has(name)) arm(name, left.until);
  }

  return {
    pause: async (partner, until, hand) => {
      const recorded = await record(partner, { type: 'Paused', ...hand, until });
      if (E.isLeft(recorded)) return recorded;
      states.set(partner, { ...hand, since: context.clock.now(), until });
      arm(partner, until);
      context.log.warn({ partner, ...hand, until }, 'partner paused');
      return recorded;
    },
    resume,
    stateOf: (partner) => states.get(partner) ?? null,
    whenOpen: (partner) =>
      stopped || !states.has(partner)
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiters.set(partner, [...(waiters.get(partner) ?? []), resolve]);
          }),
    stop: () => {
      stopped = true;
      for (const partner of [...waiters.keys()]) open(partner);
      for (const cancel of timers.values()) cancel();
    },
  };
}

/** The pause a partner's stream ends in; null: it does not. */
async function lastPause(context: Context, partner: string): Promise<PauseState | null> {
  const read = await context.store.readStream(partnerStream(partner))();
  if (E.isLeft(read)) throw new CannotStart(`the pauses of ${partner} cannot be read: ${read.left.message}`);
  const last = read.right.findLast(({ type }) => type === 'Paused' || type === 'Resumed');
  if (last?.type !== 'Paused') return null;
  const { by, why, until } = JSON.parse(last.data) as { by: string; why: string; until: number | null };
  const { occurredAt } = JSON.parse(last.metadata) as { occurredAt: number };
  return { by, why, until, since: occurredAt };
}
