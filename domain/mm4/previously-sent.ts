import { parseAddress } from './address.ts';
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
  for (const { index, value } of by.flatMap(records)) hop(index).by = parseAddress(value);
  for (const { index, value } of dates.flatMap(records)) {
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

/** A record begins with an index and a comma; a date's own comma stands after a weekday, never after digits alone. */
function records(value: string): readonly { readonly index: number; readonly value: string }[] {
  const starts = [...value.matchAll(/(?:^|,)\s*(\d{1,4})\s*,/g)];
  return starts.map((start, position) => ({
    index: Number(start[1]),
    value: value
      .slice(start.index + start[0].length, starts[position + 1]?.index ?? value.length)
      .replace(/,\s*$/, '')
      .trim(),
  }));
}
