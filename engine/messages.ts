import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';

import { verifyChain, type ChainBreak } from '../domain/chain.ts';
import { currentVersion, decodeEvent, encodeEvent, type UnreadableEvent } from '../domain/mms/codec.ts';
import { due, owed, type Due } from '../domain/mms/due.ts';
import type { MmsEvent } from '../domain/mms/events.ts';
import { evolve } from '../domain/mms/evolve.ts';
import { nothing, type MmsState } from '../domain/mms/state.ts';
import type { AppendFailure, StoredEvent, StoreUnavailable } from '../domain/ports.ts';
import { appendSurely } from './append.ts';
import { emptyTip, sealBatch, type Cause, type Tip } from './batch.ts';
import type { Context } from './context.ts';
import { measureRes } from './measure-res.ts';

/** A message as its events up to now make it. */
export interface Loaded {
  readonly state: MmsState;
  readonly tip: Tip;
}

export type TransactFailure =
  StoreUnavailable | UnreadableEvent | Exclude<AppendFailure, { kind: 'conflict' }> | Contended;

/** Others kept writing to the same stream. */
export interface Contended {
  readonly kind: 'contended';
  readonly message: string;
}

/** A decision about one message: the events that follow, none to change nothing. Asked again after a conflict. */
export type Decide = (state: MmsState) => readonly MmsEvent[];

export interface Transacted {
  readonly state: MmsState;
  readonly events: readonly MmsEvent[];
}

export interface Messages {
  /** The state of a stream; that of an unwritten one is `nothing`. */
  load(stream: string): Promise<E.Either<TransactFailure, Loaded>>;
  /**
   * Reads, decides, appends at the exact revision, and after a conflict does so again. Decisions about one stream run one
   * after the other. `assumeNew` spares the read where a stream is most likely unwritten; the append finds out.
   */
  transact(
    stream: string,
    decide: Decide,
    cause: Cause,
    options?: { readonly assumeNew?: boolean },
  ): Promise<E.Either<TransactFailure, Transacted>>;
}

const conflictsAtMost = 8;
/** Folded states of messages at work; enough for a second of traffic waiting for RES, bounded in memory. */
const cachedStreams = 4_096;

/** `changed` hears what a stream owes after each append: the doorbell for our own work. */
export function messages(
  context: Context,
  changed: (stream: string, dues: readonly Due[]) => void = () => undefined,
): Messages {
  const cache = new Map<string, Loaded>();
  const turns = new Map<string, Promise<unknown>>();

  const remember = (stream: string, loaded: Loaded): void => {
    cache.delete(stream);
    // What owes nothing may be removed by age, and is hardly asked for again.
    if (loaded.state.closed || due(loaded.state).length === 0) return;
    cache.set(stream, loaded);
    if (cache.size > cachedStreams) cache.delete(cache.keys().next().value ?? '');
  };

  const load = async (stream: string): Promise<E.Either<TransactFailure, Loaded>> => {
    const cached = cache.get(stream);
    if (cached !== undefined) return E.right(cached);
    const read = await context.store.readStream(stream)();
    const loaded = pipe(
      read,
      E.chainW((stored) => fold(stream, stored)),
    );
    if (E.isRight(loaded)) remember(stream, loaded.right);
    return loaded;
  };

  const attempt = async (
    stream: string,
    loaded: Loaded,
    decide: Decide,
    cause: Cause,
  ): Promise<E.Either<TransactFailure, Transacted> | 'conflict'> => {
    const events = decide(loaded.state);
    if (events.length === 0) return E.right({ state: loaded.state, events });
    const state = events.reduce(evolve, loaded.state);
    const drafts = events.map((event) => ({
      type: event.type,
      version: currentVersion(event.type),
      data: encodeEvent(event),
    }));
    const dues = due(state);
    const batch = sealBatch(context, stream, loaded.tip, drafts, cause, JSON.stringify(owed(dues)));
    const appended = await appendSurely(context, stream, loaded.tip.revision, batch.events);
    if (E.isRight(appended)) {
      remember(stream, { state, tip: batch.tip });
      measureRes(context, loaded.state, events, cause.occurredAt);
      changed(stream, dues);
      return E.right({ state, events });
    }
    cache.delete(stream);
    return appended.left.kind === 'conflict' ? 'conflict' : E.left(appended.left);
  };

  const transactNow = async (
    stream: string,
    decide: Decide,
    cause: Cause,
    assumeNew: boolean,
  ): Promise<E.Either<TransactFailure, Transacted>> => {
    for (let conflicts = 0; conflicts < conflictsAtMost; conflicts += 1) {
      const loaded =
        assumeNew && conflicts === 0 && !cache.has(stream)
          ? E.right({ state: nothing, tip: emptyTip(stream) })
          : await load(stream);
      if (E.isLeft(loaded)) return loaded;
      const outcome = await attempt(stream, loaded.right, decide, cause);
      if (outcome !== 'conflict') return outcome;
    }
    return E.left({ kind: 'contended', message: `${stream}: ${conflictsAtMost} conflicts in a row` });
  };

  /** One decision about a stream at a time: the second sees what the first appended. */
  const inTurn = <A>(stream: string, action: () => Promise<A>): Promise<A> => {
    const before = turns.get(stream) ?? Promise.resolve();
    const mine = before.then(action, action);
    turns.set(stream, mine);
    const done = (): void => {
      if (turns.get(stream) === mine) turns.delete(stream);
    };
    mine.then(done, done);
    return mine;
  };

  return {
    load,
    transact: (stream, decide, cause, options) =>
      inTurn(stream, () => transactNow(stream, decide, cause, options?.assumeNew === true)),
  };
}

/** Folds stored events; fails closed on one that this program does not know, or that is not what was written. */
export function fold(stream: string, stored: readonly StoredEvent[]): E.Either<UnreadableEvent, Loaded> {
  const last = stored.at(-1);
  if (last === undefined) return E.right({ state: nothing, tip: emptyTip(stream) });
  return pipe(
    verifyChain(stream, stored),
    E.mapLeft(changed),
    E.chain((hash) =>
      pipe(
        stored,
        RA.traverse(E.Applicative)(decodeEvent),
        E.map((events) => ({
          state: events.reduce(evolve, nothing),
          tip: { revision: last.revision, hash },
        })),
      ),
    ),
  );
}

function changed({ stream, revision, message }: ChainBreak): UnreadableEvent {
  return {
    kind: 'unreadable',
    message: `${stream}, revision ${revision}: ${message}; restore events.db from a backup`,
  };
}
