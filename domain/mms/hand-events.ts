import type { Hand } from './facts.ts';

// What happens to a message by the hand of an operator, or of a rule of the configuration.

/** Nothing of it goes on until it is released; only what others are owed does: RES and reports. */
export interface Held extends Hand {
  readonly type: 'Held';
}

/** The hold or parking is over. `legs` had waited because their outcome is unknown: they are sent again with the same ids. */
export interface Released extends Hand {
  readonly type: 'Released';
  readonly legs: readonly number[];
  readonly at: number;
}

/** These recipients go by another route, in a leg of their own. The old leg is not tried any more. */
export interface Rerouted extends Hand {
  readonly type: 'Rerouted';
  readonly leg: number;
  readonly newLeg: number;
  readonly recipients: readonly string[];
  readonly partner: string;
  readonly route: string;
  readonly at: number;
  readonly deadline: number;
  /** An attempt at the old leg may have got through: they may have it twice, and that was said and wanted. */
  readonly mayBeSecond: boolean;
}

/** Once more to the same partner, though it had come to an end or waited for an answer. */
export interface Resent extends Hand {
  readonly type: 'Resent';
  readonly leg: number;
  readonly recipients: readonly string[];
  readonly at: number;
  readonly deadline: number;
  /** Under new ids; else the same, so that the partner can know it again. */
  readonly newTransaction: boolean;
  readonly mayBeSecond: boolean;
}

/** Ended without a word to the originator. */
export interface Dropped extends Hand {
  readonly type: 'Dropped';
  readonly recipients: readonly string[];
}

/** It made its worker fail again and again: left alone until an operator releases it, so that it stops nobody else. */
export interface Parked {
  readonly type: 'Parked';
  readonly failures: number;
  readonly why: string;
  readonly at: number;
}
