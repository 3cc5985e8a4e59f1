import { isPending, onHandsets } from '../due.ts';
import type { Hand, MmsEvent, Refusal, Rerouted } from '../events.ts';
import type { Moment } from '../plans.ts';
import {
  isFinal,
  mayHaveGotThrough,
  recipientOf,
  unacknowledged,
  type Leg,
  type MmsState,
} from '../state.ts';
import { conclude, inOrder, type Step } from './conclude.ts';
import { fail } from './fail.ts';

/** What an operator's command comes to: events, or why it changes nothing. */
export type OperatorDecision = { readonly events: readonly MmsEvent[] } | { readonly unchanged: string };

const unchanged = (why: string): OperatorDecision => ({ unchanged: why });
const inHand = 'it is being sent at this moment: try again when the attempt is over';
const nothingWaits = 'nothing of it waits to be sent';
const perhapsSent = 'it may have got through: say so (--even-if-sent) if a second copy is acceptable';

export function hold(state: MmsState, hand: Hand): OperatorDecision {
  if (state.hold !== null) return unchanged(`it is ${state.hold.kind} already, by ${state.hold.by}`);
  const waits =
    state.legs.some((leg) => leg.stage.kind === 'waiting' && unacknowledged(state, leg).length > 0) ||
    [...state.recipients.values()].some(
      (recipient) => recipient.mailbox?.notified === false && isPending(recipient),
    );
  return waits ? decided(state, () => [{ type: 'Held', ...hand }]) : unchanged(nothingWaits);
}

export function release(state: MmsState, hand: Hand, now: number): OperatorDecision {
  const legs = state.legs
    .filter((leg) => leg.stage.kind === 'held' && unacknowledged(state, leg).length > 0)
    .map(({ leg }) => leg);
  if (state.hold === null && legs.length === 0) return unchanged('it is not held');
  return decided(state, () => [{ type: 'Released', ...hand, legs, at: now }]);
}

export interface OtherRoute {
  readonly partner: string;
  readonly route: string;
  readonly maxRecipients: number;
  readonly deadline: number;
  /** Only legs on these routes; undefined: all. */
  readonly from?: readonly string[];
  readonly evenIfSent: boolean;
}

/** What is not acknowledged goes by another route; never a second time without saying so. */
export function reroute(state: MmsState, to: OtherRoute, hand: Hand, moment: Moment): OperatorDecision {
  if (state.intakes.some(({ from }) => from.partner === to.partner)) return unchanged('it came from there');
  const open = legsOn(state, to.from).filter((leg) => leg.stage.kind !== 'ended' && leg.route !== to.route);
  const legs = open.filter((leg) => unacknowledged(state, leg).length > 0);
  if (legs.length === 0) return unchanged('no leg of it could go by that route');
  const free = legs.filter((leg) => leg.stage.kind !== 'claimed');
  if (free.length === 0) return unchanged(inHand);
  const moving = free.filter((leg) => to.evenIfSent || !mayHaveGotThrough(leg));
  if (moving.length === 0) return unchanged(perhapsSent);
  return decided(state, ...moving.map((leg) => move(leg, to, hand, moment)));
}

function move({ leg: number }: Leg, to: OtherRoute, hand: Hand, { now }: Moment): Step {
  return (state) => {
    const leg = state.legs[number - 1];
    if (leg === undefined) return [];
    const recipients = unacknowledged(state, leg);
    const expiry = Math.max(...state.intakes.map(({ expiresAt }) => expiresAt));
    const groups = Math.ceil(recipients.length / to.maxRecipients);
    return Array.from({ length: groups }, (_, group): Rerouted => ({
      type: 'Rerouted',
      ...hand,
      leg: number,
      newLeg: state.legs.length + 1 + group,
      recipients: recipients.slice(group * to.maxRecipients, (group + 1) * to.maxRecipients),
      partner: to.partner,
      route: to.route,
      at: now,
      deadline: Math.min(to.deadline, expiry),
      mayBeSecond: mayHaveGotThrough(leg),
    }));
  };
}

export interface Again {
  readonly deadline: (route: string) => number;
  readonly from?: readonly string[];
  readonly evenIfSent: boolean;
}

/**
 * Once more to the same partner: legs that came to an end without success, and those whose answer never came. Under the same ids
 * where the partner may have it, so that it can tell; under new ones where it said no.
 */
export function resend(state: MmsState, again: Again, hand: Hand, moment: Moment): OperatorDecision {
  const legs = legsOn(state, again.from).filter((leg) => missing(state, leg).length > 0);
  if (legs.length === 0) return unchanged('there is nobody it has not reached');
  const free = legs.filter((leg) => leg.stage.kind !== 'claimed' && !isWaiting(state, leg));
  if (free.length === 0) return unchanged('it is being sent already, or waits to be');
  const going = free.filter((leg) => again.evenIfSent || wasRefused(leg) || !mayHaveGotThrough(leg));
  if (going.length === 0) return unchanged(perhapsSent);
  return decided(
    state,
    ...going.map((leg): Step => (current) => [
      {
        type: 'Resent',
        ...hand,
        leg: leg.leg,
        recipients: missing(current, leg),
        at: moment.now,
        deadline: again.deadline(leg.route),
        newTransaction: wasRefused(leg),
        mayBeSecond: !wasRefused(leg) && mayHaveGotThrough(leg),
      },
    ]),
  );
}

/** It will be tried again by itself. One whose recipients have all failed meanwhile, by the clock or an operator, will not. */
function isWaiting(state: MmsState, leg: Leg): boolean {
  return leg.stage.kind === 'waiting' && unacknowledged(state, leg).length > 0;
}

/** Everybody the message is still to reach fails as `Expired`, and the originator hears it if it asked. */
export function expire(
  state: MmsState,
  hand: Hand,
  moment: Moment,
  from?: readonly string[],
): OperatorDecision {
  const pending = endable(state, from);
  if (pending.length === 0) return unchanged(endProblem(state));
  const why: Refusal = { by: 'us', text: `expired by ${hand.by}: ${hand.why}` };
  return decided(
    state,
    ...unhold(state, pending, hand, moment),
    fail(pending, { status: 'Expired', by: 'us', why, report: true }, moment),
  );
}

/** The same without a word to the originator. */
export function drop(
  state: MmsState,
  hand: Hand,
  moment: Moment,
  from?: readonly string[],
): OperatorDecision {
  const recipients = endable(state, from);
  if (recipients.length === 0) return unchanged(endProblem(state));
  const why: Refusal = { by: 'us', text: `dropped by ${hand.by}: ${hand.why}` };
  return decided(
    state,
    ...unhold(state, recipients, hand, moment),
    () => [{ type: 'Dropped', ...hand, recipients }],
    fail(recipients, { status: 'Rejected', by: 'us', why, report: false }, moment),
  );
}

/** What ends whole is not held any more. */
function unhold(state: MmsState, ending: readonly string[], hand: Hand, { now }: Moment): readonly Step[] {
  const pending = [...state.recipients.values()].filter(isPending);
  if (state.hold === null || pending.length > ending.length) return [];
  return [() => [{ type: 'Released', ...hand, legs: [], at: now }]];
}

/** Recipients whose fate is open and in nobody's hand; with `from`, only those on these routes. */
function endable(state: MmsState, from: readonly string[] | undefined): readonly string[] {
  return [...state.recipients.values()]
    .filter((recipient) => {
      const leg = recipient.leg === null ? undefined : state.legs[recipient.leg - 1];
      if (!isPending(recipient) || leg?.stage.kind === 'claimed') return false;
      return from === undefined || from.includes(leg?.route ?? onHandsets);
    })
    .map(({ address }) => address);
}

function endProblem(state: MmsState): string {
  return [...state.recipients.values()].some(isPending) ? inHand : 'everybody it was for is settled';
}

function legsOn(state: MmsState, routes: readonly string[] | undefined): readonly Leg[] {
  return routes === undefined ? state.legs : state.legs.filter(({ route }) => routes.includes(route));
}

/** Recipients of a leg that it has not reached: undecided, or failed. */
function missing(state: MmsState, leg: Leg): readonly string[] {
  return leg.recipients.filter((address) => {
    const { delivery, read, leg: current } = recipientOf(state, address);
    if (current !== leg.leg || read) return false;
    return delivery.kind === 'failed' || !isFinal(delivery);
  });
}

/** The partner said no, by SMTP or by RES: a new transaction, or it would say so again. */
function wasRefused(leg: Leg): boolean {
  const answers = [...leg.res.values()];
  return leg.stage.kind === 'ended' || (answers.length > 0 && answers.every((status) => status !== 'Ok'));
}

function decided(state: MmsState, ...steps: readonly Step[]): OperatorDecision {
  return { events: conclude(state, inOrder(state, ...steps)) };
}
