import type { Chance } from './chance.ts';

/** What can go wrong, and in how many of a thousand cases it does. */
export const likelihood = {
  appendUnavailable: 5,
  appendLostBefore: 5,
  appendLostAfter: 5,
  appendConflict: 5,
  appendSlow: 20,
  readUnavailable: 3,
  contentUnavailable: 4,
  openWorkStale: 100,
  connectRefused: 30,
  refusedForNow: 40,
  refusedForGood: 15,
  recipientRefused: 20,
  lineLostBeforeDot: 30,
  lineLostAfterDotTaken: 20,
  lineLostAfterDotNotTaken: 15,
  sendSlow: 60,
  sendStalls: 4,
  inboundCutBeforeDot: 30,
  inboundReplyLost: 30,
  resLost: 60,
  resDoubled: 60,
  resLate: 50,
  resNegative: 40,
  resTransient: 40,
  resContradicting: 30,
  resForged: 30,
  reportBeforeRes: 100,
  reportDoubled: 60,
  reportDeferredFirst: 60,
  idReused: 20,
  crashAtPort: 2,
  freezeAtPort: 1,
} as const;

export type Fault = keyof typeof likelihood;

/** Faults while the chaos lasts, counted. */
export interface Faults {
  happens(fault: Fault): boolean;
  /** From now on nothing goes wrong any more. */
  heal(): void;
  readonly counts: ReadonlyMap<Fault, number>;
}

/** @param only these faults; undefined: all. For shrinking a failure */
export function faults(chance: Chance, only?: ReadonlySet<Fault>): Faults {
  const counts = new Map<Fault, number>();
  let healed = false;
  return {
    counts,
    happens: (fault) => {
      // Drawn also when it cannot happen, so that leaving a fault out changes as little else as can be.
      const drawn = chance.happens(likelihood[fault]);
      if (!drawn || healed || only?.has(fault) === false) return false;
      counts.set(fault, (counts.get(fault) ?? 0) + 1);
      return true;
    },
    heal: () => {
      healed = true;
    },
  };
}
