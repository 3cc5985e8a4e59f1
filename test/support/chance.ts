/** Chance from a seed: the same seed, the same draws (mulberry32). */
export interface Chance {
  /** True in so many of a thousand cases. */
  happens(perThousand: number): boolean;
  /** A whole number from `from` up to, not including, `to`. */
  between(from: number, to: number): number;
  pick<A>(list: readonly [A, ...A[]]): A;
  share(): number;
}

/** @param purpose each purpose draws its own numbers, so that one of them changes nothing for the others */
export function chanceOf(seed: number, purpose: string): Chance {
  let state = mixedIn(seed, purpose);
  const share = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (from: number, to: number): number => from + Math.floor(share() * (to - from));
  return {
    share,
    between,
    happens: (perThousand) => share() * 1_000 < perThousand,
    pick: (list) => list[between(0, list.length)] ?? list[0],
  };
}

/** FNV-1a over the purpose, from the seed on. */
function mixedIn(seed: number, purpose: string): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (const letter of purpose) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
}
