/**
 * Masks of numbers and addresses: `*` stands for any characters, also none, `?` for exactly one. Nothing else is special, and
 * letters compare without case. Of several that match, the longest mask counts, then the one with more literal characters.
 */

/** Many masks, each with what it stands for, ready to be searched. */
export interface MaskIndex<T> {
  /** Masks by the literal text before their first wildcard: a value can only match masks filed under one of its own prefixes. */
  readonly byPrefix: ReadonlyMap<string, readonly Filed<T>[]>;
  readonly longestPrefix: number;
}

export interface MaskEntry<T> {
  readonly mask: string;
  readonly target: T;
}

/** An entry, and how many were given before it. */
interface Filed<T> {
  readonly entry: MaskEntry<T>;
  readonly place: number;
}

/** Builds an index. Searching costs a few look-ups per character of the value, however many `+4477*` there are. */
export function indexMasks<T>(entries: readonly MaskEntry<T>[]): MaskIndex<T> {
  const byPrefix = new Map<string, Filed<T>[]>();
  let longestPrefix = 0;
  for (const [place, { mask, target }] of entries.entries()) {
    const filed = { entry: { mask: mask.toLowerCase(), target }, place };
    const prefix = literalPrefix(filed.entry.mask);
    const others = byPrefix.get(prefix);
    if (others === undefined) byPrefix.set(prefix, [filed]);
    else others.push(filed);
    longestPrefix = Math.max(longestPrefix, prefix.length);
  }
  return { byPrefix, longestPrefix };
}

/** All masks that match, best first; equally good ones in the order they were given. */
export function findMasks<T>(index: MaskIndex<T>, value: string): readonly MaskEntry<T>[] {
  const text = value.toLowerCase();
  const found: Filed<T>[] = [];
  for (let length = Math.min(text.length, index.longestPrefix); length >= 0; length--) {
    for (const filed of index.byPrefix.get(text.slice(0, length)) ?? []) {
      if (matchesMask(filed.entry.mask, text)) found.push(filed);
    }
  }
  return found
    .sort((a, b) => compareMasks(a.entry.mask, b.entry.mask) || a.place - b.place)
    .map(({ entry }) => entry);
}

/**
 * Negative when `a` is the better mask, 0 when they are equally good. Of two masks of one length, the one with more literal
 * characters is also the one with fewer wildcards.
 */
export function compareMasks(a: string, b: string): number {
  return b.length - a.length || literals(b) - literals(a);
}

/**
 * Whether a whole value matches a mask; both must be in the same case. Goes through the value once and, on a mismatch, lets the
 * last `*` take one more character: no other way back is ever needed.
 */
export function matchesMask(mask: string, value: string): boolean {
  let inMask = 0;
  let inValue = 0;
  let star = -1;
  let afterStar = 0;
  while (inValue < value.length) {
    const wanted = mask[inMask];
    if (wanted === '*') {
      star = inMask++;
      afterStar = inValue;
    } else if (wanted === '?' || wanted === value[inValue]) {
      inMask++;
      inValue++;
    } else if (star >= 0) {
      inMask = star + 1;
      inValue = ++afterStar;
    } else {
      return false;
    }
  }
  while (mask[inMask] === '*') inMask++;
  return inMask === mask.length;
}

function literalPrefix(mask: string): string {
  const wildcard = mask.search(/[*?]/);
  return wildcard < 0 ? mask : mask.slice(0, wildcard);
}

function literals(mask: string): number {
  let count = 0;
  for (const character of mask) if (character !== '*' && character !== '?') count++;
  return count;
}
