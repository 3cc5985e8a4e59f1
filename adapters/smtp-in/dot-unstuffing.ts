const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const dot = 0x2e;
const newLine = Buffer.from('\r\n');
const dotOnNewLine = Buffer.from('\r\n.');
const nothing = Buffer.alloc(0);

export interface Unstuffed {
  readonly content: Buffer;
  /** What came after the final dot; undefined as long as that has not come. */
  readonly rest: Buffer | undefined;
}

/**
 * Undoes dot-stuffing (RFC 5321 4.5.2) of a DATA that comes in chunks, cut anywhere, and finds its end.
 *
 * A line begins after CRLF only, and DATA ends at CRLF.CRLF only, or at .CRLF as its first line; a bare LF or CR is content like
 * any other octet, or mail could be smuggled behind it. The second of two dots that begin a line is content, the first is not.
 * A single dot that begins a longer line was left by a sender that does not stuff: it stays.
 */
export function dotUnstuffing(): (chunk: Buffer) => Unstuffed {
  /** The end of the last chunk, if it may be the beginning of a stuffed or final dot. DATA begins as if after a CRLF ... */
  let held: Buffer = newLine;
  /** ... whose octets are not content. */
  let notContent = newLine.length;

  return (chunk) => {
    // Saves copying most mails: nothing held is content, and no dot follows it.
    const alone = notContent === held.length && chunk.length > 0 && chunk[0] !== dot;
    const data = alone ? chunk : Buffer.concat([held, chunk]);
    const pieces: Buffer[] = [];
    let from = alone ? 0 : notContent;
    let end = data.length - newLineAtEnd(data);
    for (let at = data.indexOf(dotOnNewLine); at >= 0; at = data.indexOf(dotOnNewLine, at + 3)) {
      const kind = kindOfDot(data, at + 2);
      if (kind === 'content') continue;
      if (kind === 'undecided') {
        end = at;
        break;
      }
      pieces.push(data.subarray(from, at + 2));
      from = at + 3;
      if (kind === 'final') return { content: one(pieces), rest: data.subarray(from + newLine.length) };
    }
    held = data.subarray(end);
    notContent = Math.max(0, from - end);
    pieces.push(data.subarray(from, end));
    return { content: one(pieces), rest: undefined };
  };
}

function newLineAtEnd(data: Buffer): number {
  if (data.at(-1) === carriageReturn) return 1;
  return data.at(-1) === lineFeed && data.at(-2) === carriageReturn ? 2 : 0;
}

function kindOfDot(data: Buffer, at: number): 'stuffing' | 'final' | 'content' | 'undecided' {
  const next = data[at + 1];
  if (next === undefined) return 'undecided';
  if (next === dot) return 'stuffing';
  if (next !== carriageReturn) return 'content';
  const last = data[at + 2];
  if (last === undefined) return 'undecided';
  return last === lineFeed ? 'final' : 'content';
}

function one(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? (pieces[0] ?? nothing) : Buffer.concat(pieces);
}
