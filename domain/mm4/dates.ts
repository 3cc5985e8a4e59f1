const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Zones by name that RFC 5322 4.3 still knows, in minutes. Unknown names count as UTC, as it says. */
const zones: Readonly<Record<string, number>> = {
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
};

/**
 * A date in any of the forms met on MM4 (protocol reference 3.8): RFC 5322, HTTP-date, asctime (UTC), ISO 8601, and what JavaScript prints.
 * Milliseconds since 1970 UTC; null: none of these. The machine's own time zone plays no part.
 */
export function parseDate(text: string): number | null {
  const plain = text
    .replace(/\([^()]*\)/g, ' ')
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .replace(/\s+/g, ' ');
  return isoDate(plain) ?? mailDate(plain) ?? asctimeDate(plain);
}

function isoDate(text: string): number | null {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)? ?(Z|[+-]\d\d:?\d\d)?$/i.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone = 'Z'] = match;
  return instant(year, Number(month), day, hour, minute, second, zone.replace(':', ''));
}

/** `Mon, 23 Nov 2026 12:00:00 +0000`, also without weekday, seconds or zone, and `Mon, 23-Nov-26 12:00:00 GMT`. */
function mailDate(text: string): number | null {
  const match =
    /^(?:[a-z]{3,9}(?:, ?| ))?(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{2,4}) (\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)? ?([+-]\d\d:?\d\d|[a-z]{1,5})?$/i.exec(
      text,
    );
  if (match === null) return null;
  const [, day, month = '', year = '', hour, minute, second = '0', zone = 'GMT'] = match;
  return instant(fullYear(year), monthNumber(month), day, hour, minute, second, zone.replace(':', ''));
}

/** `Tue Nov 24 12:00:00 2026`, and JavaScript's `Tue Nov 24 2026 12:00:00 GMT+0100`. */
function asctimeDate(text: string): number | null {
  const match = /^[a-z]{3} ([a-z]{3}) (\d{1,2}) (\d\d):(\d\d):(\d\d)(?: ([a-z]{1,5}))? (\d{4})$/i.exec(text);
  if (match !== null) {
    const [, month = '', day, hour, minute, second, zone = 'GMT', year] = match;
    return instant(year, monthNumber(month), day, hour, minute, second, zone);
  }
  const script =
    /^[a-z]{3} ([a-z]{3}) (\d{1,2}) (\d{4}) (\d\d):(\d\d):(\d\d)(?: (?:GMT|UTC)?([+-]\d{4})?)?$/i.exec(text);
  if (script === null) return null;
  const [, month = '', day, year, hour, minute, second, zone = 'GMT'] = script;
  return instant(year, monthNumber(month), day, hour, minute, second, zone);
}

function monthNumber(name: string): number {
  return months.indexOf(name.toLowerCase().slice(0, 3)) + 1;
}

/** RFC 5322 4.3: two digits below 50 are of this century; three digits count from 1900. */
function fullYear(text: string): string {
  if (text.length === 4) return text;
  const year = Number(text);
  return String(text.length === 2 && year < 50 ? 2000 + year : 1900 + year);
}

function instant(
  year: string | undefined,
  month: number,
  day: string | undefined,
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
  zone: string,
): number | null {
  const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Number(second)];
  if (month < 1 || month > 12 || d < 1 || d > daysIn(Number(year), month)) return null;
  if (h > 23 || m > 59 || s > 60) return null;
  const utc = Date.UTC(Number(year), month - 1, d, h, m, s);
  return Number.isNaN(utc) ? null : utc - zoneMinutes(zone) * 60_000;
}

/** The day before the first of the next month. */
function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function zoneMinutes(zone: string): number {
  const match = /^([+-])(\d\d)(\d\d)$/.exec(zone);
  if (match === null) return zones[zone.toLowerCase()] ?? 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' ? -minutes : minutes;
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** An RFC 5322 date in UTC: `Mon, 23 Nov 2026 12:00:00 +0000`. */
export function formatDate(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString();
  const weekday = weekdays[new Date(milliseconds).getUTCDay()] ?? '';
  const month = months[Number(iso.slice(5, 7)) - 1] ?? '';
  const name = month.charAt(0).toUpperCase() + month.slice(1);
  return `${weekday}, ${iso.slice(8, 10)} ${name} ${iso.slice(0, 4)} ${iso.slice(11, 19)} +0000`;
}
