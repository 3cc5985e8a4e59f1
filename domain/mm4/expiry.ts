import { parseDate } from './dates.ts';
import type { Expiry } from './pdu.ts';

const hour = 3_600_000;
/** Digits from here on are seconds since 1970, not a duration (reference 3.8). */
const epochFrom = 1_000_000_000;
/** What a Date can hold (ECMA-262); an expiry beyond it is cut to it. */
const lastInstant = 8_640_000_000_000_000;
/** The two forms of the book, RFC 5322 and HTTP; all others are tolerated. */
const mailDate = /^(?:[a-z]{3},\s*)?\d{1,2}\s+[a-z]{3}\s+\d{4}\s/i;

/**
 * X-Mms-Expiry in any of its forms (protocol reference 3.8). A duration counts from the PDU's Date, or from its arrival when
 * the two are more than an hour apart.
 */
export function readExpiry(
  raw: string,
  date: number | null,
  arrivedAt: number,
): { readonly expiry: Expiry | null; readonly nonstandard: boolean } {
  const text = raw.trim().replace(/^(["'])(.*)\1$/, '$2');
  const seconds = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : null;
  if (seconds !== null && seconds >= epochFrom) {
    return { expiry: { form: 'absolute', raw, at: within(seconds * 1_000) }, nonstandard: true };
  }
  if (seconds !== null) {
    const reference = date === null || Math.abs(date - arrivedAt) > hour ? arrivedAt : date;
    return {
      expiry: { form: 'relative', raw, seconds, at: within(reference + seconds * 1_000) },
      nonstandard: false,
    };
  }
  const at = parseDate(text);
  if (at === null) return { expiry: null, nonstandard: true };
  return { expiry: { form: 'absolute', raw, at }, nonstandard: !mailDate.test(text) };
}

function within(instant: number): number {
  return Math.max(-lastInstant, Math.min(instant, lastInstant));
}
