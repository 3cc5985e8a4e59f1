import * as TE from 'fp-ts/lib/TaskEither.js';

import { sha256 } from '../../domain/hash.ts';
import {
  ContentError,
  type Clock,
  type ContentFailure,
  type ContentKind,
  type ContentRef,
  type ContentStore,
  type ContentWriter,
  type Segment,
} from '../../domain/ports.ts';

/** Content in memory, for tests and simulations. Nothing in it is left to chance, and nothing to a timer. */
export interface MemoryStore extends ContentStore {
  /** Flips a bit in one octet of what was kept, counted from 0. */
  damage(ref: ContentRef, octet: number): void;
}

interface Kept {
  readonly octets: Buffer;
  readonly digest: string;
}

const chunkSize = 65_536;

const day = 24 * 3_600_000;

/** References count up: `body/1`, `head/2`. Each day (UTC) is a segment. */
export function memoryStore(clock: Clock = { now: () => 0 }): MemoryStore {
  const objects = new Map<ContentRef, Kept | ContentFailure>();
  /** The segments they are in: days since 1970. */
  const segments = new Map<ContentRef, Segment>();
  const today = (): string => String(Math.floor(clock.now() / day));

  const keep = (kind: ContentKind, octets: Buffer): ContentRef => {
    const ref = `${kind}/${objects.size + 1}` as ContentRef;
    objects.set(ref, { octets, digest: sha256(octets) });
    segments.set(ref, { kind, name: today() });
    return ref;
  };

  const find = (ref: ContentRef): Promise<Kept> => {
    const object = objects.get(ref) ?? notOurs(ref);
    return 'octets' in object ? Promise.resolve(object) : Promise.reject(new ContentError(object));
  };

  return {
    begin: (kind) => memoryWriter((octets) => keep(kind, octets)),

    read: async function* (ref) {
      const { octets, digest } = await find(ref);
      let at = 0;
      for (; at + chunkSize < octets.length; at += chunkSize)
        yield Buffer.from(octets.subarray(at, at + chunkSize));
      if (sha256(octets) !== digest) throw new ContentError(damaged(ref, 'its digest is another'));
      if (at < octets.length) yield Buffer.from(octets.subarray(at));
    },

    erase: (refs) => {
      for (const ref of refs) if (objects.has(ref)) objects.set(ref, erased(ref));
      const unknown = refs.find((ref) => !objects.has(ref));
      return unknown === undefined ? TE.right(undefined) : TE.left(notOurs(unknown));
    },

    segmentsBefore: (kind, instant) => {
      const names = new Set(
        [...segments.values()].filter((one) => one.kind === kind).map(({ name }) => name),
      );
      const isOver = (name: string): boolean => name !== today() && (Number(name) + 1) * day <= instant;
      return TE.right([...names].filter(isOver).map((name) => ({ kind, name })));
    },
    segmentOf: (ref) => segments.get(ref) ?? null,
    dropSegment: ({ kind, name }) => {
      for (const [ref, segment] of segments) {
        if (segment.kind !== kind || segment.name !== name || name === today()) continue;
        objects.set(ref, dropped(ref));
        segments.delete(ref);
      }
      return TE.right(undefined);
    },

    damage: (ref, octet) => {
      const object = objects.get(ref);
      if (object === undefined || !('octets' in object)) throw new Error(`nothing is kept as ${ref}`);
      object.octets.writeUInt8(object.octets.readUInt8(octet) ^ 1, octet);
    },
  };
}

function memoryWriter(keep: (octets: Buffer) => ContentRef): ContentWriter {
  const chunks: Uint8Array[] = [];
  let abandoned = false;
  let kept: ContentRef | null = null;
  return {
    write: (chunk) => {
      if (kept !== null) throw new Error('content was kept and then written to');
      if (!abandoned) chunks.push(Buffer.from(chunk));
    },
    keep: () => () => {
      if (kept === null && abandoned) {
        const message = 'content cannot be stored: it was abandoned';
        return TE.left<ContentFailure, ContentRef>({ kind: 'unavailable', message })();
      }
      kept ??= keep(Buffer.concat(chunks));
      return TE.right<ContentFailure, ContentRef>(kept)();
    },
    abandon: () => {
      abandoned = true;
      chunks.length = 0;
    },
  };
}

function damaged(ref: ContentRef, why: string): ContentFailure {
  return { kind: 'damaged', ref, message: `content ${ref} is damaged: ${why}` };
}

function notOurs(ref: ContentRef): ContentFailure {
  return damaged(ref, 'it is no reference of this store');
}

function erased(ref: ContentRef): ContentFailure {
  return { kind: 'erased', ref, message: `content ${ref} is gone: it was erased` };
}

function dropped(ref: ContentRef): ContentFailure {
  return { kind: 'erased', ref, message: `content ${ref} is gone: its segment was dropped` };
}
