/** How often each of many things happened within a window of time that ends now. */
export interface SlidingCount {
  /** One more at `now` (milliseconds, not going back); the count with it. */
  add(key: string, now: number): number;
  /** The latest one did not count after all. */
  takeBack(key: string): void;
  /** Begins anew for this key. */
  reset(key: string): void;
  readonly keys: number;
}

/** The longest unheard of are forgotten, so that no flood of keys costs more memory than this. */
export const rememberedKeys = 100_000;

/** What happened is counted in slots of a hundredth of the window, and forgotten at most so much late; never early. */
const slots = 100;

interface Slot {
  readonly number: number;
  count: number;
}

/**
 * Counts exactly, but for the slots. Nothing about a key is kept beyond its window's slots, and nothing at all once it is among neither
 * the `remember` last.
 *
 * @param within the window in milliseconds
 */
export function slidingCount(within: number, remember = rememberedKeys): SlidingCount {
  const width = Math.max(1, within / slots);
  const known = new Map<string, Slot[]>();

  return {
    add: (key, now) => {
      const number = Math.floor(now / width);
      const oldest = Math.floor((now - within) / width);
      const kept = (known.get(key) ?? []).filter((slot) => slot.number >= oldest);
      const last = kept.at(-1);
      if (last?.number === number) last.count += 1;
      else kept.push({ number, count: 1 });
      // Put in anew, so that the map stays in the order in which keys were heard of.
      known.delete(key);
      known.set(key, kept);
      if (known.size > remember) known.delete(known.keys().next().value ?? '');
      return kept.reduce((sum, { count }) => sum + count, 0);
    },
    takeBack: (key) => {
      const last = known.get(key)?.at(-1);
      if (last !== undefined && last.count > 0) last.count -= 1;
    },
    reset: (key) => {
      known.delete(key);
    },
    get keys() {
      return known.size;
    },
  };
}
