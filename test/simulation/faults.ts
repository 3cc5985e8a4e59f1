import { chanceOf, type Chance } from '../support/chance.ts';

/** What can go wrong, and in how many of a thousand cases it does. */
export const likelihood = {
  // The stores
  appendUnavailable: 5,
  appendLostBefore: 5,
  appendLostAfter: 8,
  appendConflict: 5,
  appendDenied: 12,
  appendSlow: 20,
  readUnavailable: 3,
  diskFull: 1,
  contentUnavailable: 4,
  contentDamaged: 3,
  contentSwapped: 3,
  // What follows the store
  feedDropped: 3,
  feedRepeated: 30,
  feedReordered: 60,
  feedTorn: 60,
  feedStalled: 4,
  projectorDies: 20,
  answerOvertaken: 60,
  // The engine itself
  crashAtPort: 2,
  freezeAtPort: 1,
  clockJump: 1,
  clockBack: 4,
  // SMTP out
  connectRefused: 30,
  refusedForNow: 40,
  refusedForGood: 15,
  loginWanted: 8,
  recipientRefused: 40,
  cutOut: 40,
  cutAfterDotTaken: 25,
  cutAfterDotNotTaken: 20,
  sendSlow: 60,
  sendStalls: 6,
  replySlow: 60,
  // SMTP in
  cutIn: 50,
  replyLost: 40,
  // Partners
  resLost: 60,
  resDoubled: 60,
  resEarly: 60,
  resLate: 50,
  resNegative: 40,
  resTransient: 40,
  resContradicting: 30,
  resForged: 60,
  reportBeforeRes: 150,
  reportDoubled: 60,
  reportDeferredFirst: 60,
  reportForged: 40,
  reportSwapped: 200,
  idReused: 40,
  // Gateways
  noticeRefused: 50,
} as const;

export type Fault = keyof typeof likelihood;

/** By the thousand, and told only by number: in a trace they would hide everything else. */
const unremarked: ReadonlySet<Fault> = new Set([
  'feedRepeated',
  'feedReordered',
  'feedTorn',
  'projectorDies',
  'answerOvertaken',
]);

/** Everything that happens by chance, by name: what goes wrong, and who acts. */
export interface Faults {
  /** Whether it happens this time. */
  happens(fault: Fault): boolean;
  /** An act of the world's people (`message#3`): false, if this run leaves it out. */
  takesPlace(act: string): boolean;
  /** From now on nothing goes wrong any more. */
  heal(): void;
  readonly counts: ReadonlyMap<Fault, number>;
  /** What happened, in order: `resLost#12`, `message#3`. A run can be repeated without some of them. */
  readonly happened: readonly string[];
}

/** @param without single happenings (`resLost#12`) or whole kinds (`resLost`) that are left out */
export function faultsOf(seed: number, without: ReadonlySet<string>, note: (what: string) => void): Faults {
  const counts = new Map<Fault, number>();
  const draws = new Map<Fault, { readonly chance: Chance; drawn: number }>();
  const happened: string[] = [];
  let healed = false;

  const draw = (fault: Fault): string | null => {
    const own = draws.get(fault) ?? { chance: chanceOf(seed, fault), drawn: 0 };
    draws.set(fault, own);
    own.drawn += 1;
    return own.chance.happens(likelihood[fault]) ? `${fault}#${own.drawn}` : null;
  };

  return {
    counts,
    happened,
    happens: (fault) => {
      // Drawn also when it cannot happen, so that leaving one out changes as little else as can be.
      const name = draw(fault);
      if (name === null || healed || without.has(fault) || without.has(name)) return false;
      counts.set(fault, (counts.get(fault) ?? 0) + 1);
      happened.push(name);
      if (!unremarked.has(fault)) note(`fault ${name}`);
      return true;
    },
    takesPlace: (act) => {
      if (without.has(act) || without.has(kindOf(act))) return false;
      happened.push(act);
      return true;
    },
    heal: () => {
      healed = true;
    },
  };
}

/** `resLost#12` is a `resLost`. */
export function kindOf(name: string): string {
  return name.slice(0, name.indexOf('#'));
}
