import { createCipheriv, createDecipheriv, randomBytes, type CipherGCM, type DecipherGCM } from 'node:crypto';
import { join } from 'node:path';

import * as E from 'fp-ts/lib/Either.js';

import {
  ContentError,
  type Clock,
  type ContentFailure,
  type ContentKind,
  type ContentRef,
  type ContentStore,
  type KeyRef,
  type KeyStore,
} from '../../domain/ports.ts';
import { openGroupFile, type GroupFile } from './group-file.ts';
import { keyFiles } from './keys.ts';
import { readFiles } from './read-files.ts';

export interface SegmentStore extends ContentStore {
  /** Appends and syncs so far, of segments and keys together. */
  syncs(): number;
  close(): Promise<void>;
}

const cipher = 'aes-256-gcm';
/** `MM4S`, version, then the nonce. What follows is the sealed content and its tag of 16 octets. */
const magic = Buffer.from('MM4S\u0001\0\0\0', 'latin1');
const nonceSize = 12;
const headerSize = magic.length + nonceSize;
const tagSize = 16;
const readChunk = 65_536;
const segmentSize = 2 ** 30;
const kinds: readonly ContentKind[] = ['body', 'head'];

/**
 * Sealed content in append-only segment files, a new one each day and each gigabyte, for bodies and heads apart. Every object has a
 * key of its own and is sealed from the first octet.
 */
export function openSegmentStore(directory: string, clock: Clock): SegmentStore {
  const files = readFiles();
  const keys = {
    body: keyFiles(directory, 'body', clock, files),
    head: keyFiles(directory, 'head', clock, files),
  };
  const segments = { body: segmentsOf(directory, 'body', clock), head: segmentsOf(directory, 'head', clock) };

  return {
    begin: (kind) => {
      const pieces: Buffer[] = [];
      let sealing: { readonly key: ReturnType<KeyStore['create']>; readonly seal: CipherGCM } | null = null;
      let size = 0;
      const start = (): { readonly key: ReturnType<KeyStore['create']>; readonly seal: CipherGCM } => {
        const key = keys[kind].create();
        const nonce = randomBytes(nonceSize);
        pieces.push(magic, nonce);
        return { key, seal: createCipheriv(cipher, key.key, nonce) };
      };
      return {
        write: (chunk) => {
          if (chunk.length === 0) return;
          sealing ??= start();
          size += chunk.length;
          pieces.push(sealing.seal.update(chunk));
        },
        keep: () => async () => {
          try {
            sealing ??= start();
            const { key, seal } = sealing;
            pieces.push(seal.final(), seal.getAuthTag());
            const { name, file } = segments[kind].current();
            const { offset, durable } = file.append(pieces);
            await Promise.all([durable, key.synced()]);
            return E.right(renderRef({ kind, segment: name, offset, size, key: key.ref }));
          } catch (error) {
            return E.left(unavailable(error));
          }
        },
        abandon: () => {
          pieces.length = 0;
        },
      };
    },

    read: async function* (ref) {
      const place = parseRef(ref);
      const key = place === null ? null : await keys[place.kind].find(place.key);
      if (place === null || key === null) throw new ContentError(erased(ref, 'its key was destroyed'));
      const path = segmentPath(directory, place.kind, place.segment);
      const take = async (offset: number, length: number): Promise<Buffer> => {
        const bytes = await files.read(path, place.offset + offset, length);
        if (bytes === null) throw new ContentError(erased(ref, 'its segment was dropped'));
        if (bytes.length < length) throw new ContentError(damaged(ref, `${path} ends within it`));
        return bytes;
      };
      yield* unsealed(ref, place.size, key, take);
    },

    erase: (refs) => async () => {
      try {
        for (const kind of kinds) {
          const places = refs.map(parseRef).filter((place) => place?.kind === kind);
          await keys[kind].destroy(places.flatMap((place) => (place === null ? [] : [place.key])));
        }
        return E.right(undefined);
      } catch (error) {
        return E.left(unavailable(error));
      }
    },

    syncs: () => segments.body.syncs() + segments.head.syncs(),
    close: async () => {
      await Promise.all([
        files.close(),
        ...kinds.flatMap((kind) => [keys[kind].close(), segments[kind].close()]),
      ]);
    },
  };
}

/** Deciphers chunk by chunk. The last one is given only after the seal proved right. */
async function* unsealed(
  ref: ContentRef,
  size: number,
  key: Uint8Array,
  take: (offset: number, length: number) => Promise<Buffer>,
): AsyncGenerator<Uint8Array> {
  const whole = headerSize + size + tagSize;
  const first = await take(0, Math.min(whole, readChunk));
  if (!first.subarray(0, magic.length).equals(magic))
    throw new ContentError(damaged(ref, 'it does not begin like one'));
  const open = createDecipheriv(cipher, key, first.subarray(magic.length, headerSize));
  let sealed = first.subarray(headerSize);
  let done = first.length;
  let left = size;
  while (left > sealed.length) {
    left -= sealed.length;
    yield open.update(sealed);
    sealed = await take(done, Math.min(whole - done, readChunk));
    done += sealed.length;
  }
  const tag =
    sealed.length - left >= tagSize ? sealed.subarray(left) : await take(headerSize + size, tagSize);
  const last = open.update(sealed.subarray(0, left));
  if (!isAuthentic(open, tag)) throw new ContentError(damaged(ref, 'its seal is broken'));
  if (last.length > 0) yield last;
}

function isAuthentic(open: DecipherGCM, tag: Buffer): boolean {
  try {
    open.setAuthTag(tag);
    open.final();
    return true;
  } catch {
    return false;
  }
}

// ---------------------------------------------------------------- segments

interface Segments {
  current(): { readonly name: string; readonly file: GroupFile };
  syncs(): number;
  close(): Promise<void>;
}

function segmentsOf(directory: string, kind: ContentKind, clock: Clock): Segments {
  let open: {
    readonly name: string;
    readonly day: string;
    readonly number: number;
    readonly file: GroupFile;
  } | null = null;
  let closedSyncs = 0;
  return {
    current: () => {
      const day = new Date(clock.now()).toISOString().slice(0, 10);
      if (open?.day === day && !open.file.broken && open.file.end() < segmentSize) return open;
      const number = open?.day === day ? open.number + 1 : 0;
      if (open !== null) {
        closedSyncs += open.file.syncs();
        void open.file.close();
      }
      const name = `${day}-${number}`;
      open = { name, day, number, file: openGroupFile(segmentPath(directory, kind, name)) };
      return open;
    },
    syncs: () => closedSyncs + (open?.file.syncs() ?? 0),
    close: async () => {
      await open?.file.close();
    },
  };
}

function segmentPath(directory: string, kind: ContentKind, name: string): string {
  return join(directory, kind === 'body' ? 'bodies' : 'heads', `${name}.seg`);
}

// ---------------------------------------------------------------- references

interface Place {
  readonly kind: ContentKind;
  readonly segment: string;
  readonly offset: number;
  readonly size: number;
  readonly key: KeyRef;
}

/** `body/2026-11-23-0/4096+30210/body-2026-11-23-0.17`: kind, segment, offset and plain size, key. */
function renderRef({ kind, segment, offset, size, key }: Place): ContentRef {
  return `${kind}/${segment}/${offset}+${size}/${key}` as ContentRef;
}

function parseRef(ref: ContentRef): Place | null {
  const match = /^(body|head)\/([\d-]+)\/(\d+)\+(\d+)\/([\w.-]+)$/.exec(ref);
  if (match === null) return null;
  const [, kind, segment = '', offset, size, key = ''] = match;
  return {
    kind: kind === 'body' ? 'body' : 'head',
    segment,
    offset: Number(offset),
    size: Number(size),
    key: key as KeyRef,
  };
}

function unavailable(error: unknown): ContentFailure {
  const why = error instanceof Error ? error.message : String(error);
  return { kind: 'unavailable', message: `content cannot be stored: ${why}; check the disk of node.dataDir` };
}

function damaged(ref: ContentRef, why: string): ContentFailure {
  return { kind: 'damaged', ref, message: `content ${ref} is damaged: ${why}` };
}

function erased(ref: ContentRef, why: string): ContentFailure {
  return { kind: 'erased', ref, message: `content ${ref} is gone: ${why}` };
}
