const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const dot = 0x2e;
const dotOnNewLine = Buffer.from('\r\n.');
const finalDot = Buffer.from('.\r\n');
const newLineAndFinalDot = Buffer.from('\r\n.\r\n');

/** Where the last chunk ended: within a line, after a CR that may become a CRLF, or at the start of a line. */
type Place = 'within-line' | 'after-cr' | 'line-start';

export interface DotStuffing {
  /** The chunk with its leading dots doubled; the chunk itself, not a copy, when it has none. */
  next(chunk: Buffer): Buffer;
  /** What ends the mail: the final dot, on a line of its own. */
  end(): Buffer;
}

/**
 * Dot-stuffing (RFC 5321 4.5.2) of a mail that comes in chunks. Nothing else is touched: bare CR, bare LF, NUL and octets
 * above 127 leave as they came, and a line begins after CRLF only, so that a dot after a bare LF is not doubled. A mail that
 * does not end in CRLF gets one before the final dot; that cannot be avoided in SMTP.
 */
export function dotStuffing(): DotStuffing {
  let place: Place = 'line-start';
  return {
    next(chunk) {
      const dots = leadingDots(chunk, place);
      place = placeAfter(chunk, place);
      return dots.length === 0 ? chunk : doubled(chunk, dots);
    },
    end: () => (place === 'line-start' ? finalDot : newLineAndFinalDot),
  };
}

function leadingDots(chunk: Buffer, place: Place): number[] {
  const dots: number[] = [];
  if (place === 'line-start' && chunk[0] === dot) dots.push(0);
  if (place === 'after-cr' && chunk[0] === lineFeed && chunk[1] === dot) dots.push(1);
  for (let at = chunk.indexOf(dotOnNewLine); at >= 0; at = chunk.indexOf(dotOnNewLine, at + 3))
    dots.push(at + 2);
  return dots;
}

function placeAfter(chunk: Buffer, before: Place): Place {
  const last = chunk.at(-1);
  if (last === undefined) return before;
  if (last === carriageReturn) return 'after-cr';
  const afterReturn = chunk.length > 1 ? chunk.at(-2) === carriageReturn : before === 'after-cr';
  return last === lineFeed && afterReturn ? 'line-start' : 'within-line';
}

function doubled(chunk: Buffer, dots: readonly number[]): Buffer {
  const stuffed = Buffer.allocUnsafe(chunk.length + dots.length);
  let from = 0;
  dots.forEach((at, before) => {
    chunk.copy(stuffed, from + before, from, at);
    stuffed[at + before] = dot;
    from = at;
  });
  chunk.copy(stuffed, from + dots.length, from);
  return stuffed;
}
