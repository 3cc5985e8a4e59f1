import * as E from 'fp-ts/lib/Either.js';

import { ContentError, type ContentStore, type EventStore, type Timers } from '../../domain/ports.ts';
import type { OpenWork } from '../../engine/context.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';

/** The world's stores with whatever can go wrong with them. What is said to be lost after the commit is there all the same. */

export function faultyStore(store: EventStore, faults: Faults, chance: Chance, timers: Timers): EventStore {
  const down = E.left({ kind: 'unavailable', message: 'the disk is full' } as const);
  const unknown = E.left({ kind: 'unknown', message: 'no answer came' } as const);
  return {
    ...store,
    append: (stream, expected, events) => {
      const run = store.append(stream, expected, events);
      return async () => {
        if (faults.happens('appendSlow')) await pause(timers, chance.between(1, 3_000));
        if (faults.happens('appendUnavailable')) return down;
        if (faults.happens('appendLostBefore')) return unknown;
        if (faults.happens('appendConflict')) return E.left({ kind: 'conflict', actual: expected });
        const answer = await run();
        return faults.happens('appendLostAfter') ? unknown : answer;
      };
    },
    readStream: (stream, from) => {
      const run = store.readStream(stream, from);
      return async () => (faults.happens('readUnavailable') ? down : run());
    },
  };
}

export function faultyContent(content: ContentStore, faults: Faults): ContentStore {
  const unavailable = { kind: 'unavailable', message: 'the disk is full' } as const;
  return {
    ...content,
    begin: (kind) => {
      const writer = content.begin(kind);
      return {
        ...writer,
        keep: () => {
          const run = writer.keep();
          return async () => (faults.happens('contentUnavailable') ? E.left(unavailable) : run());
        },
      };
    },
    read: async function* (ref) {
      if (faults.happens('contentUnavailable')) throw new ContentError(unavailable);
      yield* content.read(ref);
    },
  };
}

/** Open work that lags behind the store, as one that follows a feed does: what was due a moment ago may be missing, or be done. */
export function staleOpenWork(openWork: OpenWork, faults: Faults): OpenWork {
  const last = new Map<string, Awaited<ReturnType<OpenWork['dueWork']>>>();
  return {
    ...openWork,
    dueWork: async (question) => {
      const before = last.get(question.on);
      if (before !== undefined && faults.happens('openWorkStale')) return before;
      const rows = await openWork.dueWork(question);
      last.set(question.on, rows);
      return rows;
    },
  };
}

export function pause(timers: Timers, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(milliseconds, resolve);
  });
}
