import { parseAddress, splitAddressList } from './address.ts';
import { parseDate } from './dates.ts';
import type { PreviouslySent } from './pdu.ts';

/**
 * The hops of a forwarded message (protocol reference 3.9): records `index, value`, in repeated headers (RFC 4356) or in one list.
 */
export function readPreviouslySent(
  by: readonly string[],
  dates: readonly string[],
): readonly PreviouslySent[] {
  const hops = new Map<number, { index: number; by?: PreviouslySent['by']; at?: number }>();
  const hop = (index: number): { index: number; by?: PreviouslySent['by']; at?: number } => {
    const known = hops.get(index) ?? { index };
    hops.set(index, known);
    return known;
  };
  for (const { index, value } of by.flatMap(addressRecords)) hop(index).by = parseAddress(value);
  for (const { index, value } of dates.flatMap(dateRecords)) {
    const at = parseDate(value);
    if (at !== null) hop(index).at = at;
  }
  return [...hops.values()]
    .sort((one, other) => one.index - other.index)
    .map(({ index, by: address, at }) => ({
      index,
      ...(address === undefined ? {} : { by: address }),
      ...(at === undefined ? {} : { at }),
    }));
}

interface HopRecord {
  readonly index: number;
  readonly value: string;
}

/** No address has a bare comma, so index and address take turns; an address may look like an index, being a short code. */
function addressRecords(header: string): readonly HopRecord[] {
  const entries = splitAddressList(header);
  const records: HopRecord[] = [];
  for (let at = 0; at + 1 < entries.length; at += 1) {
    const [index = '', value = ''] = entries.slice(at, at + 2);
    if (!/^\d{1,4}$/.test(index)) continue;
    records.push({ index: Number(index), value });
    at += 1;
  }
  return records;
}

/** A date's own comma stands after a weekday, never after digits alone, as that of an index does. */
function dateRecords(header: string): readonly HopRecord[] {
  const starts = [...header.matchAll(/(?:^|,)\s*(\d{1,4})\s*,/g)];
  return starts.map((start, position) => ({
    index: Number(start[1]),
    value: header.slice(start.index + start[0].length, starts[position + 1]?.index ?? header.length).trim(),
  }));
}
