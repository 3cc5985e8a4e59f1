import * as E from 'fp-ts/lib/Either.js';

import {
  ContentError,
  type ContentStore,
  type Disk,
  type EventStore,
  type Timers,
} from '../../domain/ports.ts';
import type { Chance } from '../support/chance.ts';
import type { Faults } from './faults.ts';

/** The world's disk with whatever can go wrong with it. What is said to be lost after the commit is there all the same. */
export interface FaultyDisk {
  readonly store: EventStore;
  readonly content: ContentStore;
  readonly disk: Disk;
}

const full = { kind: 'unavailable', message: 'the disk is full' } as const;
const fullFor = { least: 10_000, most: 5 * 60_000 };

export function faultyDisk(
  store: EventStore,
  content: ContentStore,
  faults: Faults,
  chance: Chance,
  timers: Timers,
): FaultyDisk {
  let isFull = false;
  const hasRoom = (): boolean => {
    if (!isFull && faults.happens('diskFull')) {
      isFull = true;
      timers.after(chance.between(fullFor.least, fullFor.most), () => (isFull = false));
    }
    return !isFull;
  };
  return {
    store: faultyStore(store, hasRoom, faults, chance, timers),
    content: faultyContent(content, hasRoom, faults),
    disk: { free: () => Promise.resolve(isFull ? 0 : Infinity) },
  };
}

function faultyStore(
  store: EventStore,
  hasRoom: () => boolean,
  faults: Faults,
  chance: Chance,
  timers: Timers,
): EventStore {
  const down = E.left({ kind: 'unavailable', message: 'the disk does not answer' } as const);
  const unknown = E.left({ kind: 'unknown', message: 'no answer came' } as const);
  return {
    ...store,
    append: (stream, expected, events) => {
      const run = store.append(stream, expected, events);
      return async () => {
        if (faults.happens('appendSlow')) await pause(timers, chance.between(1, 3_000));
        if (!hasRoom()) return E.left(full);
        if (faults.happens('appendUnavailable')) return down;
        if (faults.happens('appendLostBefore')) return unknown;
        if (faults.happens('appendConflict')) return E.left({ kind: 'conflict', actual: expected });
        const answer = await run();
        if (E.isRight(answer) && faults.happens('appendDenied'))
          return E.left({ kind: 'conflict', actual: answer.right.revision });
        return faults.happens('appendLostAfter') ? unknown : answer;
      };
    },
    readStream: (stream, from) => {
      const run = store.readStream(stream, from);
      return async () => (faults.happens('readUnavailable') ? down : run());
    },
  };
}

function faultyContent(content: ContentStore, hasRoom: () => boolean, faults: Faults): ContentStore {
  const damaged = new Map<string, 'damaged' | 'swapped'>();
  return {
    ...content,
    begin: (kind) => {
      const writer = content.begin(kind);
      return {
        ...writer,
        keep: () => {
          const run = writer.keep();
          return async () => {
            if (!hasRoom() || faults.happens('contentUnavailable')) return E.left(full);
            const kept = await run();
            if (E.isRight(kept) && kind === 'body') {
              if (faults.happens('contentDamaged')) damaged.set(kept.right, 'damaged');
              else if (faults.happens('contentSwapped')) damaged.set(kept.right, 'swapped');
            }
            return kept;
          };
        },
      };
    },
    read: async function* (ref) {
      if (faults.happens('contentUnavailable')) throw new ContentError(full);
      const damage = damaged.get(ref);
      if (damage === 'damaged')
        throw new ContentError({ kind: 'damaged', ref, message: 'the seal is broken' });
      // Well sealed, and another's: only the digest in the event can tell.
      for await (const chunk of content.read(ref)) yield damage === 'swapped' ? chunk.toReversed() : chunk;
    },
  };
}

export function pause(timers: Timers, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(milliseconds, resolve);
  });
}
