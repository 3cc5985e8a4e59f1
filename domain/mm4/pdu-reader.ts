import { runningSha256 } from '../hash.ts';
import { splitHeaderBlock, type HeaderField } from './header-block.ts';
import { mimeWalker, type MimeResult, type MimeWalker } from './mime-walker.ts';

/** A mail read to its end: the header block kept, the body only measured. */
export interface PduRead {
  /** Everything before the body, with the blank line if there was one: `head` and body together are the mail. */
  readonly head: Uint8Array;
  readonly fields: readonly HeaderField[];
  /** The header block was longer than allowed; what came after the limit counts as body. */
  readonly headTooLong: boolean;
  readonly bodySize: number;
  readonly bodySha256: string;
  readonly wireSize: number;
  /** The body has octets above 127. */
  readonly eightBit: boolean;
  readonly mime: MimeResult;
}

export interface PduReader {
  /** Takes the next bytes of the mail, dot-stuffing undone; gives back those of them that are body, not copied. */
  push(chunk: Uint8Array): Uint8Array;
  end(): PduRead;
}

/**
 * Reads a mail in chunks of any size. The body begins after the first blank line (CRLF or bare LF); from MMSCs that send none, at
 * the first line that starts like a boundary, `--` without a colon.
 */
export function pduReader(limits: { readonly headerBytes: number }): PduReader {
  let head: Buffer = Buffer.alloc(0);
  let scanned = 0;
  let headTooLong = false;
  let fields: readonly HeaderField[] = [];
  let walker: MimeWalker | null = null;
  const hash = runningSha256();
  let bodySize = 0;
  let eightBit = false;

  const body = (bytes: Uint8Array): Uint8Array => {
    bodySize += bytes.length;
    hash.update(bytes);
    eightBit ||= hasEightBit(bytes);
    walker?.push(bytes);
    return bytes;
  };

  const endHead = (at: number): void => {
    head = head.subarray(0, at);
    fields = splitHeaderBlock(head);
    walker = mimeWalker(fields);
  };

  /** Where the head ends within what has been gathered; -1: not yet. */
  const findEnd = (): number => {
    for (;;) {
      const newline = head.indexOf(0x0a, scanned);
      if (newline < 0) return -1;
      const length = newline - scanned;
      if (length === 0 || (length === 1 && head[scanned] === 0x0d)) return newline + 1;
      if (startsLikeBoundary(head, scanned, newline)) return scanned;
      scanned = newline + 1;
    }
  };

  return {
    push: (chunk) => {
      if (walker !== null) return body(chunk);
      head = Buffer.concat([head, chunk]);
      let end = findEnd();
      if (end > limits.headerBytes || (end < 0 && head.length > limits.headerBytes)) {
        headTooLong = true;
        end = limits.headerBytes;
      }
      if (end < 0) return chunk.subarray(0, 0);
      const rest = head.subarray(end);
      endHead(end);
      return body(rest);
    },
    end: () => {
      if (walker === null) endHead(head.length);
      return {
        head,
        fields,
        headTooLong,
        bodySize,
        bodySha256: hash.digest('hex'),
        wireSize: head.length + bodySize,
        eightBit,
        mime: (walker ?? mimeWalker(fields)).end(),
      };
    },
  };
}

function startsLikeBoundary(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === 0x2d && bytes[start + 1] === 0x2d && !bytes.subarray(start, end).includes(0x3a);
}

/** In UTF-8 only the octets above 127 take more than one. */
function hasEightBit(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return Buffer.byteLength(text) !== text.length;
}
