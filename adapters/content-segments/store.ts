import { existsSync } from 'node:fs';
import { join } from 'node:path';

import * as TE from 'fp-ts/lib/TaskEither.js';

import {
  ContentError,
  type Clock,
  type ContentFailure,
  type ContentKind,
  type ContentRef,
  type ContentStore,
  type KeyStore,
} from '../../domain/ports.ts';
import { dayFiles, dayOf, endOf, type DayFiles } from './day-files.ts';
import { damaged, erased, unavailable } from './failures.ts';
import { slotSize } from './key-slots.ts';
import { DamagedKey, keyFileOf, keyStore } from './keys.ts';
import { readFiles, type ReadFiles } from './read-files.ts';
import { parseReference, type Reference } from './reference.ts';
import { SealBroken, unsealed } from './sealing.ts';
import { sealedWriter } from './writer.ts';

export interface SegmentStore extends ContentStore {
  /** Names of the segments of a kind, oldest first; each begins with its day, `2026-11-23`. */
  segments(kind: ContentKind): readonly string[];
  /** The file that would have to be there to read this, and is not; null: all are there. */
  missingFile(ref: ContentRef): string | null;
  /** Syncs so far, of segments and of keys. */
  syncs(): { readonly segments: number; readonly keys: number };
  /** Waits for what is under way and closes the files. */
  close(): Promise<void>;
}

/** What one kind of content has to itself. */
interface Shelf {
  readonly segments: DayFiles;
  readonly slots: DayFiles;
  readonly keys: KeyStore;
}

const defaultSegmentLimit = 2 ** 30;

/**
 * Sealed content in append-only segments, one a day and another one when it is full: `bodies/2026-11-23-0.seg`, with its keys in
 * `keys/bodies-2026-11-23-0.keys`, and likewise `heads`. Every object has a key of its own and is sealed from its first octet.
 * Nothing is created before the first object is kept, so whoever only reads may open the store of a running engine.
 *
 * @param options.segmentLimit octets after which a segment is followed by another one of the same day
 */
export function openSegmentStore(
  directory: string,
  clock: Clock,
  { segmentLimit = defaultSegmentLimit }: { readonly segmentLimit?: number } = {},
): SegmentStore {
  const files = readFiles();

  const shelf = (folder: string): Shelf => {
    const segments = dayFiles(
      { folder: join(directory, folder), prefix: '', extension: '.seg', limit: segmentLimit, align: 1 },
      clock,
    );
    const slots = dayFiles(
      {
        folder: join(directory, 'keys'),
        prefix: `${folder}-`,
        extension: '.keys',
        limit: Infinity,
        align: slotSize,
      },
      clock,
    );
    return { segments, slots, keys: keyStore(slots, files) };
  };

  const shelves: Readonly<Record<ContentKind, Shelf>> = { body: shelf('bodies'), head: shelf('heads') };
  const all = Object.values(shelves);

  const keyOf = async (ref: ContentRef, { kind, key }: Reference): Promise<Uint8Array> => {
    const found = await shelves[kind].keys.find(key);
    if (found === null) throw new ContentError(erased(ref, 'its key is not there any more'));
    return found;
  };

  const chunksOf = async function* (ref: ContentRef): AsyncGenerator<Uint8Array> {
    const reference = parseReference(ref);
    if (reference === null) throw new ContentError(notOurs(ref));
    const { kind, segment, position, size } = reference;
    const path = shelves[kind].segments.pathOf(segment);
    const take = async (from: number, to: number): Promise<Buffer> => {
      const octets = await files.read(path, position + from, to - from);
      if (octets === null) throw new ContentError(erased(ref, 'its segment is not there any more'));
      return octets;
    };
    try {
      yield* unsealed(kind, size, await keyOf(ref, reference), take);
    } catch (error) {
      throw readFailure(ref, error);
    }
  };

  const destroyKeys = async (references: readonly Reference[]): Promise<void> => {
    const byKind = Map.groupBy(references, ({ kind }) => kind);
    await Promise.all(
      [...byKind].map(([kind, some]) => shelves[kind].keys.destroy(some.map(({ key }) => key))),
    );
  };

  return {
    begin: (kind) => sealedWriter(kind, shelves[kind].segments, shelves[kind].keys),
    read: chunksOf,
    erase: (refs) => {
      const references = refs.map(parseReference).filter((reference) => reference !== null);
      const notKnown = refs.find((ref) => parseReference(ref) === null);
      const destroyed = TE.tryCatch(
        () => destroyKeys(references),
        (error): ContentFailure => unavailable('erased', error),
      );
      return TE.chain(() => (notKnown === undefined ? TE.right(undefined) : TE.left(notOurs(notKnown))))(
        destroyed,
      );
    },
    segments: (kind) => shelves[kind].segments.names(),
    missingFile: (ref) => {
      const reference = parseReference(ref);
      if (reference === null) return null;
      const { segments, slots } = shelves[reference.kind];
      const needed = [segments.pathOf(reference.segment), slots.pathOf(keyFileOf(reference.key))];
      return needed.find((path) => !existsSync(path)) ?? null;
    },
    segmentsBefore: (kind, instant) =>
      TE.tryCatch(
        async () =>
          Promise.resolve(shelves[kind].segments.endedBefore(instant).map((name) => ({ kind, name }))),
        (error) => unavailable('listed', error),
      ),
    segmentOf: (ref) => {
      const reference = parseReference(ref);
      return reference === null ? null : { kind: reference.kind, name: reference.segment };
    },
    dropSegment: ({ kind, name }) =>
      TE.tryCatch(
        () => dropWithKeys(shelves[kind], name, files),
        (error) => unavailable('dropped', error),
      ),
    syncs: () => ({
      segments: all.reduce((sum, { segments }) => sum + segments.syncs(), 0),
      keys: all.reduce((sum, { slots }) => sum + slots.syncs(), 0),
    }),
    close: async () => {
      const writing = all.flatMap(({ segments, slots }) => [segments.close(), slots.close()]);
      await Promise.all([files.close(), ...writing]);
    },
  };
}

/** The segment first: what is left of its keys after a crash goes with the next one that is dropped. */
async function dropWithKeys({ segments, slots }: Shelf, name: string, files: ReadFiles): Promise<void> {
  const drop = async (those: DayFiles, one: string): Promise<void> => {
    await those.drop(one);
    files.forget(those.pathOf(one));
  };
  await drop(segments, name);
  const days = segments.names().map(dayOf);
  const isUnused = (slot: string): boolean =>
    dayOf(slot) <= dayOf(name) && !days.includes(dayOf(slot)) && !days.includes(dayAfter(slot));
  for (const slot of slots.names().filter(isUnused)) await drop(slots, slot);
}

/** What is begun before midnight has its key on that day and its place in a segment of the next. */
function dayAfter(name: string): string {
  return new Date(endOf(name)).toISOString().slice(0, 10);
}

function notOurs(ref: ContentRef): ContentFailure {
  return damaged(ref, 'it is no reference of this store');
}

/** What stands on disk is wrong, or the disk could not be read. */
function readFailure(ref: ContentRef, error: unknown): ContentError {
  if (error instanceof ContentError) return error;
  if (error instanceof SealBroken || error instanceof DamagedKey)
    return new ContentError(damaged(ref, error.message));
  return new ContentError(unavailable('read', error));
}
