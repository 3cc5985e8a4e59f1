/** Chance that can be had again: what a run does of its own is the same for the same seed; what the machine does is not. */
export interface Chance {
  /** A whole number from `least` up to `most`. */
  between(least: number, most: number): number;
  pick<A>(from: readonly [A, ...A[]]): A;
}

/** Mulberry32: 32 bits of state are plenty for choosing instants and sizes. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const share = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(share() * (most - least + 1));
  return { between, pick: (from) => from[between(0, from.length - 1)] ?? from[0] };
}
