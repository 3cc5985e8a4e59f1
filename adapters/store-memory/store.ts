import * as E from 'fp-ts/lib/Either.js';

import type {
  AppendFailure,
  Appended,
  EventStore,
  Expected,
  NewEvent,
  Position,
  StoredEvent,
} from '../../domain/ports.ts';

/** An event store that lives and dies with the process: deterministic, without timers, for tests and simulation. */
export function memoryStore(): EventStore {
  /** By position, which begins at 1. Null: a stream was removed there, or an event with its stream. */
  const feed: (StoredEvent | null)[] = [];
  const streams = new Map<string, StoredEvent[]>();
  const listeners = new Set<() => void>();

  const append = (
    stream: string,
    expected: Expected,
    events: readonly NewEvent[],
  ): E.Either<AppendFailure, Appended> => {
    const known = streams.get(stream) ?? [];
    const actual: Expected = known.length === 0 ? 'no-stream' : known.length - 1;
    const first = expected === 'no-stream' ? 0 : expected + 1;
    if (actual !== expected) {
      const there = known.slice(first, first + events.length);
      const last = there.at(-1);
      const repeated =
        there.length === events.length && there.every(({ id }, index) => id === events[index]?.id);
      return repeated && last !== undefined
        ? E.right({ revision: last.revision, position: last.position })
        : E.left({ kind: 'conflict', actual });
    }
    const stored = events.map((event, index): StoredEvent => ({
      ...event,
      stream,
      revision: first + index,
      position: positionOf(feed.length + index + 1),
    }));
    streams.set(stream, [...known, ...stored]);
    feed.push(...stored);
    for (const listener of listeners) listener();
    return E.right({ revision: first + stored.length - 1, position: positionOf(feed.length) });
  };

  const forget = (stream: string, revision: number): E.Either<AppendFailure, void> => {
    const known = streams.get(stream);
    if (known === undefined) return E.right(undefined);
    const actual = known.length - 1;
    if (actual !== revision) return E.left({ kind: 'conflict', actual });
    for (const { position } of known) feed[Number(position) - 1] = null;
    streams.delete(stream);
    feed.push(null);
    return E.right(undefined);
  };

  return {
    forget: (stream, revision) => () => Promise.resolve(forget(stream, revision)),
    append: (stream, expected, events) => () => {
      if (events.length === 0) throw new Error('an append without events');
      return Promise.resolve(append(stream, expected, events));
    },
    readStream:
      (stream, from = 0) =>
      () =>
        Promise.resolve(E.right((streams.get(stream) ?? []).slice(from))),
    readFeed:
      (after, { prefixes, max }) =>
      () => {
        const start = after === null ? 0 : Number(after);
        const page = feed.slice(start, start + max);
        const next = start + page.length;
        return Promise.resolve(
          E.right({
            events: page
              .filter((event) => event !== null)
              .filter(({ stream }) => prefixes.some((prefix) => stream.startsWith(prefix))),
            next: next === 0 ? null : positionOf(next),
            caughtUp: page.length < max,
          }),
        );
      },
    onAppended: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function positionOf(position: number): Position {
  return String(position) as Position;
}
