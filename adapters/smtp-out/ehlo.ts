/** What the peer offers in its EHLO reply, as far as we use it. */
export interface Extensions {
  readonly pipelining: boolean;
  readonly eightBitMime: boolean;
  /** MAIL may say SIZE=. */
  readonly size: boolean;
  /** Largest mail it takes, octets; null: not announced. */
  readonly maxSize: number | null;
}

/** Reads the lines of an EHLO reply (RFC 5321 4.1.1.1); the first one is the greeting. No lines: the peer only knows HELO. */
export function extensionsOf(lines: readonly string[]): Extensions {
  const offered = new Map(lines.slice(1).map((line) => keyword(line.slice(4))));
  const announced = Number(offered.get('SIZE'));
  return {
    pipelining: offered.has('PIPELINING'),
    eightBitMime: offered.has('8BITMIME'),
    size: offered.has('SIZE'),
    // RFC 1870: SIZE without a number, or with 0, announces no limit.
    maxSize: Number.isSafeInteger(announced) && announced > 0 ? announced : null,
  };
}

function keyword(line: string): [string, string] {
  const [name = '', value = ''] = line.trim().split(/[ \t]+/);
  return [name.toUpperCase(), value];
}
