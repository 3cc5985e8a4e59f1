import { fieldsNamed, splitHeaderBlock, type HeaderField } from './header-block.ts';
import { boundaryOf, endOfPartHead, partFacts, rootOf, type PartFacts } from './mime-part.ts';
import type { Part } from './pdu.ts';
import { isKnownEncoding, transferDecoder, type TransferDecoder } from './transfer-decoder.ts';

/**
 * Walks a MIME tree as it streams by (RFC 2046; tolerances of protocol reference 6.4), with bounded memory whatever comes.
 * Multiparts are flattened to their leaves. The line end before a boundary belongs to the boundary; where the final boundary is
 * missing, the last line end goes likewise. A single-part body is content whole.
 */
export interface MimeWalker {
  push(chunk: Uint8Array): void;
  end(): MimeResult;
}

export interface MimeResult {
  readonly parts: readonly Part[];
  /** Decoded octets of all parts together. */
  readonly decodedSize: number;
  /** Content-ID of the root of a multipart/related: where `start` points, else the first SMIL part, else the first. */
  readonly rootPart: string | undefined;
  readonly isMultipart: boolean;
  readonly warnings: readonly string[];
  /** Transfer encodings that nobody can decode. */
  readonly unknownEncodings: readonly string[];
  /** Beyond the limits of parts or part headers: what comes after is not looked into. */
  readonly tooComplex: boolean;
}

const maxParts = 500;
const maxNesting = 8;
const maxPartHead = 16_384;
/** A boundary has at most 70 characters (RFC 2046) and blanks may follow. A longer line is no boundary. */
const maxBoundaryLine = 256;
/** `\r\n--`: what a chunk may end in the middle of. */
const lookBack = 4;

/** What a part's decoded octets are given to, for whoever wants more of them than their digest. */
export type PartSink = (facts: PartFacts) => (bytes: Uint8Array) => void;

export function mimeWalker(top: readonly HeaderField[], sink?: PartSink): MimeWalker {
  const entities = entityTree(top, sink);
  // A boundary may be the very first line: it then stands after a line end that never was.
  let pending: Buffer = Buffer.from('\n');
  /** Octets at the start of `pending` that only serve to recognise a line start. */
  let context = 1;

  /** Gives the octets up to `end` on as content; how many it took away. */
  const emit = (end: number): number => {
    if (end <= context) return 0;
    entities.content(pending.subarray(context, end));
    pending = pending.subarray(end);
    context = 0;
    return end;
  };

  /**
   * Puts the chunk behind what is kept back; without copying it where no boundary can begin in what is kept back. A shorter chunk than
   * a boundary's first octets, or an empty one, cannot tell.
   */
  const join = (bytes: Buffer): void => {
    const seam = Buffer.concat([pending, bytes.subarray(0, 3)]).indexOf('\n--');
    if (bytes.length < 3 || (seam >= 0 && seam <= pending.length)) {
      pending = Buffer.concat([pending, bytes]);
    } else {
      emit(pending.length);
      pending = bytes;
      context = 0;
    }
  };

  const walk = (last: boolean): void => {
    let from = 0;
    for (;;) {
      const candidate = pending.indexOf('\n--', from);
      if (candidate < 0) break;
      // What stands before it is content whatever it is; it may be the head that says which boundary to look for.
      const removed = emit(candidate > 0 && pending[candidate - 1] === 0x0d ? candidate - 1 : candidate);
      const lineStart = candidate - removed + 1;
      const next = pending.indexOf(0x0a, lineStart);
      if (next < 0 && !last && pending.length - lineStart <= maxBoundaryLine) return;
      const stop = Math.min(next < 0 ? pending.length : next, lineStart + maxBoundaryLine);
      if (entities.delimiter(pending.toString('latin1', lineStart, stop))) {
        pending = next < 0 ? Buffer.alloc(0) : pending.subarray(next);
        context = next < 0 ? 0 : 1;
        from = 0;
      } else {
        from = lineStart;
      }
    }
    emit(last ? withoutLineEnd(pending) : pending.length - lookBack);
  };

  return {
    push: (chunk) => {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (!entities.isMultipart) {
        entities.content(bytes);
      } else if (!entities.isFinished()) {
        join(bytes);
        walk(false);
        // The chunk is the caller's; what is kept back of it must be ours.
        pending = Buffer.from(pending);
      }
    },
    end: () => {
      if (entities.isMultipart && !entities.isFinished()) walk(true);
      return entities.end();
    },
  };
}

function withoutLineEnd(bytes: Buffer): number {
  if (bytes.at(-1) !== 0x0a) return bytes.length;
  return bytes.at(-2) === 0x0d ? bytes.length - 2 : bytes.length - 1;
}

interface EntityTree {
  readonly isMultipart: boolean;
  isFinished(): boolean;
  content(bytes: Buffer): void;
  /** Whether the line is a boundary of an open multipart. All that stood before it has been given as content. */
  delimiter(line: string): boolean;
  end(): MimeResult;
}

/** The open multiparts and the part in hand. */
function entityTree(top: readonly HeaderField[], sink?: PartSink): EntityTree {
  const parts: Part[] = [];
  const warnings = new Set<string>();
  const unknownEncodings: string[] = [];
  const boundaries: string[] = [];
  let part: { readonly facts: PartFacts; readonly decoder: TransferDecoder } | null = null;
  let head: Buffer | null = null;
  /** Whole lines of the head that are known to be headers end here. */
  let scanned = 0;
  let tooComplex = false;
  let finished = false;

  const begin = (fields: readonly HeaderField[]): void => {
    if (fields.some(({ eightBit }) => eightBit)) warnings.add('raw-8bit-header');
    const boundary = boundaryOf(fields);
    if (boundary !== null && boundaries.length < maxNesting) {
      boundaries.push(boundary);
    } else if (parts.length >= maxParts) {
      tooComplex = true;
    } else {
      const facts = partFacts(fields);
      if (facts.quotedContentId) warnings.add('content-id-quoted');
      if (!isKnownEncoding(facts.encoding)) unknownEncodings.push(facts.encoding);
      part = { facts, decoder: transferDecoder(facts.encoding, sink?.(facts)) };
    }
  };

  const endHead = (bytes: Buffer, headEnd: number, bodyStart: number): void => {
    head = null;
    begin(splitHeaderBlock(bytes.subarray(0, headEnd)));
    part?.decoder.push(bytes.subarray(bodyStart));
  };

  const endPart = (): void => {
    if (head !== null) {
      // The part ends in the line that could tell where its head does.
      const end = endOfPartHead(Buffer.concat([head, Buffer.from('\n')]));
      endHead(
        head,
        Math.min(end?.head ?? head.length, head.length),
        Math.min(end?.body ?? head.length, head.length),
      );
    }
    if (part === null) return;
    const { quotedContentId: _quoted, ...facts } = part.facts;
    parts.push({ ...facts, ...part.decoder.end() });
    part = null;
  };

  begin(top);
  const isMultipart = boundaries.length > 0;
  return {
    isMultipart,
    isFinished: () => finished,
    content: (bytes) => {
      if (head === null) {
        part?.decoder.push(bytes);
        return;
      }
      head = Buffer.concat([head, bytes]);
      const end = endOfPartHead(head, scanned);
      scanned = head.lastIndexOf(0x0a) + 1;
      if (end !== null) {
        endHead(head, end.head, end.body);
      } else if (head.length > maxPartHead) {
        tooComplex = true;
        endHead(head, head.length, head.length);
      }
    },
    delimiter: (line) => {
      // A line with a colon may be one more header; asking at each of many would take quadratic time.
      if (head !== null && !line.includes(':') && announces(head, line)) endPart();
      const depth = boundaries.findLastIndex((boundary) => isDelimiter(line, boundary));
      if (depth < 0) return false;
      endPart();
      if (depth < boundaries.length - 1) warnings.add('missing-final-boundary');
      const closing = line.startsWith('--', 2 + (boundaries[depth] ?? '').length);
      boundaries.length = closing ? depth : depth + 1;
      finished = boundaries.length === 0;
      if (!closing) head = Buffer.alloc(0);
      scanned = 0;
      return true;
    },
    end: () => {
      endPart();
      if (boundaries.length > 0) warnings.add('missing-final-boundary');
      return {
        parts,
        decodedSize: parts.reduce((sum, { size }) => sum + size, 0),
        rootPart: rootOf(fieldsNamed(top, 'content-type')[0]?.value ?? '', parts),
        isMultipart,
        warnings: [...warnings],
        unknownEncodings,
        tooComplex,
      };
    },
  };
}

/** A part's head, ended by the line end before this line, makes it the first boundary of a multipart within. */
function announces(head: Buffer, line: string): boolean {
  const end = endOfPartHead(Buffer.concat([head, Buffer.from('\n')]));
  const boundary = end === null ? null : boundaryOf(splitHeaderBlock(head.subarray(0, end.head)));
  return boundary !== null && isDelimiter(line, boundary);
}

/** `--boundary`, perhaps `--` for the last, and blanks. */
function isDelimiter(line: string, boundary: string): boolean {
  return line.startsWith(`--${boundary}`) && /^(--)?[ \t]*\r?$/.test(line.slice(2 + boundary.length));
}
