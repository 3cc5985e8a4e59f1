import { formatDate, parseDate } from './dates.ts';
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
    return {
      expiry: { form: 'relative', raw, seconds, at: within(countedFrom(date, arrivedAt) + seconds * 1_000) },
      nonstandard: false,
    };
  }
  const at = parseDate(text);
  if (at === null) return { expiry: null, nonstandard: true };
  return { expiry: { form: 'absolute', raw, at }, nonstandard: !mailDate.test(text) };
}

/** Where a duration is counted from by whom the PDU reaches at this instant. */
function countedFrom(date: number | null, arrivedAt: number): number {
  return date === null || Math.abs(date - arrivedAt) > hour ? arrivedAt : date;
}

/** What a relayed PDU says of its expiry: when it is, and what the next MMSC can read. */
export interface RelayedExpiry {
  readonly expiresAt: number;
  readonly form: 'absolute' | 'relative';
  /** When it is relayed. */
  readonly now: number;
}

/**
 * The expiry in the form the partner reads (reference 3.8); null: as it came. A duration that the partner would not count from the
 * PDU's Date starts anew with every hop and attempt, so it is said again.
 */
export function relayedExpiry(
  raw: string,
  date: number | null,
  { expiresAt, form, now }: RelayedExpiry,
): string | null {
  const from = countedFrom(date, now);
  const isDuration = readExpiry(raw, date, now).expiry?.form === 'relative';
  if (isDuration ? from === date : form === 'absolute') return null;
  if (form === 'absolute') return formatDate(expiresAt);
  return String(Math.max(0, Math.min(Math.ceil((expiresAt - from) / 1_000), epochFrom - 1)));
}

function within(instant: number): number {
  return Math.max(-lastInstant, Math.min(instant, lastInstant));
}
