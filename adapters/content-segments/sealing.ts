import { createCipheriv, createDecipheriv, type DecipherGCM } from 'node:crypto';

import type { ContentKind } from '../../domain/ports.ts';

/**
 * A sealed object in a segment:
 *
 * | octets | |
 * |---|---|
 * | 4 | `MM4S` |
 * | 1 | version, 1 |
 * | 1 | `b` or `h`: body or head |
 * | 2 | zero |
 * | 8 | size before sealing, big endian |
 * | size | sealed with AES-256-GCM |
 * | 16 | the seal (authentication tag) |
 *
 * A key seals one object only, so the nonce is always zero.
 */
const headerSize = 16;
const tagSize = 16;
const algorithm = 'aes-256-gcm';
const nonce = Buffer.alloc(12);

/** Plain octets in a chunk that is read. */
const chunkSize = 65_536;

export interface Sealing {
  /** Seals the next octets; the caller may reuse the chunk. */
  add(chunk: Uint8Array): void;
  /** The whole object, header and seal included. Nothing can be added afterwards. */
  end(): { readonly pieces: readonly Uint8Array[]; readonly octets: number; readonly size: number };
}

/** `key` must be fresh: used for nothing before, and for nothing else. */
export function sealing(kind: ContentKind, key: Uint8Array): Sealing {
  const cipher = createCipheriv(algorithm, key, nonce);
  const sealed = gathering();
  let size = 0;
  return {
    add: (chunk) => {
      size += chunk.length;
      sealed.add(cipher.update(chunk));
    },
    end: () => {
      cipher.final();
      const pieces = [header(kind, size), ...sealed.pieces(), cipher.getAuthTag()];
      return { pieces, octets: headerSize + size + tagSize, size };
    },
  };
}

/**
 * The plain octets in chunks; the last one is given only after the seal proved right.
 *
 * @param take reads the octets of the object from one offset up to another; fewer: the file ends there
 * @throws SealBroken if these are not the octets that were sealed
 */
export async function* unsealed(
  kind: ContentKind,
  size: number,
  key: Uint8Array,
  take: (from: number, to: number) => Promise<Buffer>,
): AsyncGenerator<Uint8Array> {
  const chunks = Math.max(1, Math.ceil(size / chunkSize));
  const endOf = (chunk: number): number => headerSize + (chunk < chunks ? chunk * chunkSize : size + tagSize);
  const takeWhole = async (from: number, to: number): Promise<Buffer> => {
    const octets = await take(from, to);
    if (octets.length < to - from) throw new SealBroken('its segment ends within it');
    return octets;
  };

  const first = await takeWhole(0, endOf(1));
  if (!first.subarray(0, headerSize).equals(header(kind, size)))
    throw new SealBroken('no object of this size begins where it should');
  const decipher = createDecipheriv(algorithm, key, nonce);
  let sealed = first.subarray(headerSize);
  for (let chunk = 1; chunk < chunks; chunk++) {
    yield decipher.update(sealed);
    sealed = await takeWhole(endOf(chunk), endOf(chunk + 1));
  }
  const last = decipher.update(sealed.subarray(0, -tagSize));
  if (!isAuthentic(decipher, sealed.subarray(-tagSize))) throw new SealBroken('its seal is broken');
  if (last.length > 0) yield last;
}

/** The octets are not those that were sealed; the message says what is wrong with them. */
export class SealBroken extends Error {}

function header(kind: ContentKind, size: number): Buffer {
  const octets = Buffer.alloc(headerSize);
  octets.write('MM4S\u0001', 'latin1');
  octets.write(kind === 'body' ? 'b' : 'h', 5);
  octets.writeBigUInt64BE(BigInt(size), 8);
  return octets;
}

function isAuthentic(decipher: DecipherGCM, tag: Buffer): boolean {
  decipher.setAuthTag(tag);
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

/** Short pieces are copied together, so that a peer that sends octet by octet does not cost a buffer for each. */
const blockSize = 16_384;
const short = 4_096;

function gathering(): { add(piece: Uint8Array): void; pieces(): readonly Uint8Array[] } {
  const pieces: Uint8Array[] = [];
  let block = new Uint8Array(0);
  let [from, to] = [0, 0];
  const closeRun = (): void => {
    if (to > from) pieces.push(block.subarray(from, to));
    from = to;
  };
  return {
    add: (piece) => {
      if (piece.length >= short) {
        closeRun();
        pieces.push(piece);
        return;
      }
      if (to + piece.length > block.length) {
        closeRun();
        block = new Uint8Array(blockSize);
        [from, to] = [0, 0];
      }
      block.set(piece, to);
      to += piece.length;
    },
    pieces: () => {
      closeRun();
      return pieces;
    },
  };
}
