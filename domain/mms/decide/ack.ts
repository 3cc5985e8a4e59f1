import type { AckMark, AckReceived, MmsEvent, PduEvidence, Refusal, ResStatus } from '../events.ts';
import type { Moment } from '../plans.ts';
import { legOf, recipientOf, unacknowledged, type Leg, type MmsState } from '../state.ts';
import { conclude, inOrder, type Step } from './conclude.ts';
import { fail } from './fail.ts';

/** A forward.RES for one of our transactions, from a partner that may answer for the leg. */
export interface ReceiveAck {
  readonly moment: Moment;
  readonly leg: number;
  /** Empty where the RES had none, and the leg was found by its Message-ID: then it answers the transaction in hand. */
  readonly transactionId: string;
  readonly pdu: PduEvidence;
  readonly status: ResStatus;
  readonly text?: string;
  /** Rel-6 Request-Recipients in normal form; undefined: all. */
  readonly recipients?: readonly string[];
  readonly alias?: string;
  /** When to try again, should the status be transient. */
  readonly nextAttemptAt: number;
}

/** A leg or report records so many second and contradicting RES; more are only counted. */
export const maxRepeatedRes = 32;

/**
 * The first RES stands for each recipient (protocol reference 3.3). One before our own `ForwardSent`, after the time-out, or to an
 * earlier attempt is as good as any; a second one changes nothing. No events: no such transaction was ever begun.
 */
export function receiveAck(state: MmsState, command: ReceiveAck): readonly MmsEvent[] {
  const leg = state.legs[command.leg - 1];
  if (leg === undefined || !isOurs(leg, command.transactionId)) return [];
  const concerned = concernedBy(state, leg, command);
  const open = concerned.filter((address) => !leg.res.has(address));
  const mark = markOf(state, leg, concerned, command);
  const isRepeat = mark === 'second' || mark === 'contradicting';
  if (isRepeat && leg.repeatedRes >= maxRepeatedRes) return [];
  const received: AckReceived = {
    type: 'AckReceived',
    leg: leg.leg,
    recipients: isRepeat ? concerned : open,
    status: command.status,
    ...(command.text === undefined ? {} : { text: command.text }),
    ...(mark === undefined ? {} : { mark }),
    pdu: command.pdu,
    ...(command.alias === undefined ? {} : { alias: command.alias }),
  };
  return conclude(
    state,
    inOrder(state, () => [received], isRepeat ? () => [] : consequence(leg, received, command)),
  );
}

function isOurs(leg: Leg, transactionId: string): boolean {
  return transactionId === '' ? leg.attempts > 0 : leg.transactionIds.includes(transactionId);
}

/** Those of the leg that the RES speaks of. Where it names nobody of this message at all, it means everybody. */
function concernedBy(state: MmsState, leg: Leg, { recipients = [] }: ReceiveAck): readonly string[] {
  const named = new Set(recipients.map((address) => address.toLowerCase()));
  const isNamed = (address: string): boolean => named.has(address.toLowerCase());
  return [...state.recipients.keys()].some(isNamed) ? leg.recipients.filter(isNamed) : leg.recipients;
}

function markOf(
  state: MmsState,
  leg: Leg,
  concerned: readonly string[],
  { status, transactionId }: ReceiveAck,
): AckMark | undefined {
  const open = concerned.filter((address) => !leg.res.has(address));
  if (open.length === 0) {
    return concerned.every((address) => leg.res.get(address) === status.code) ? 'second' : 'contradicting';
  }
  if (!answersTransactionInHand(leg, transactionId)) return ofEarlierTransaction(status);
  if (status.class === 'transient') {
    const needing = unacknowledged(state, leg);
    if (!open.some((address) => needing.includes(address))) return 'contradicting';
    if (open.every((address) => leg.refusedForNow.includes(address))) return 'second';
  }
  return ofStage(leg);
}

/** One without a transaction id does, as long as there is one in hand. */
function answersTransactionInHand({ ids }: Leg, transactionId: string): boolean {
  return ids !== null && (transactionId === '' || transactionId === ids.transactionId);
}

/** A RES that refused it for now ended that transaction. Another one to it counts only if the partner has the message after all. */
function ofEarlierTransaction(status: ResStatus): AckMark {
  switch (status.class) {
    case 'success':
      return 'late';
    case 'transient':
      return 'second';
    case 'permanent':
      return 'contradicting';
  }
}

function ofStage({ stage }: Leg): AckMark | undefined {
  switch (stage.kind) {
    case 'claimed':
      return 'early';
    case 'sent':
      return undefined;
    case 'waiting':
    case 'held':
    case 'timed-out':
    case 'ended':
      return 'late';
  }
}

/** A refusal for good fails its recipients; one for now starts a new transaction (protocol reference 5.2). */
function consequence(leg: Leg, received: AckReceived, command: ReceiveAck): Step {
  const why: Refusal = { by: 'partner', text: received.text ?? received.status.code };
  switch (received.status.class) {
    case 'success':
      return () => [];
    case 'permanent': {
      const failure = { status: 'Rejected', by: 'partner', why, report: true } as const;
      // Those that were rerouted meanwhile have another leg's fate.
      return (state) => {
        const concerned = received.recipients.filter(
          (address) => recipientOf(state, address).leg === leg.leg,
        );
        return fail(concerned, failure, command.moment)(state);
      };
    }
    case 'transient':
      // One in hand is settled by its own outcome first.
      return leg.stage.kind === 'claimed'
        ? () => []
        : beginAnew(leg.leg, received.recipients, why, command.nextAttemptAt);
  }
}

/**
 * Those of the recipients that still need it once more, under a new transaction id; where others of the leg need the old one,
 * on a leg of their own.
 */
export function beginAnew(
  number: number,
  refused: readonly string[],
  why: Refusal,
  nextAttemptAt: number,
): Step {
  return (state) => {
    const leg = legOf(state, number);
    const needing = unacknowledged(state, leg);
    const recipients = needing.filter((address) => refused.includes(address));
    if (recipients.length === 0) return [];
    const whole = recipients.length === needing.length;
    return [
      {
        type: 'ForwardDeferred',
        leg: number,
        attempt: leg.attempts,
        recipients,
        why,
        nextAttemptAt,
        ...(whole ? { newTransaction: true } : { newLeg: state.legs.length + 1 }),
      },
    ];
  };
}
