import type { AckMark, AckReceived, MmsEvent, PduEvidence, Refusal, ResStatus } from '../events.ts';
import type { Moment } from '../plans.ts';
import { legOf, type Leg, type MmsState } from '../state.ts';
import { conclude, inOrder, type Step } from './conclude.ts';
import { fail } from './fail.ts';

/** A forward.RES for one of our transactions, from a partner that may answer for the leg. */
export interface ReceiveAck {
  readonly moment: Moment;
  readonly leg: number;
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

/** A stream records so many second and contradicting RES; more are only counted. */
const maxMarked = 32;

/**
 * The first RES stands (protocol reference 3.3). One before our own `ForwardSent`, after the time-out, or to an earlier attempt
 * is as good as any; a second one changes nothing.
 */
export function receiveAck(state: MmsState, command: ReceiveAck): readonly MmsEvent[] {
  const leg = legOf(state, command.leg);
  const recipients = concerned(leg, command);
  const mark = markOf(leg, recipients, command);
  if (isRepeat(mark) && leg.repeatedRes >= maxMarked) return [];
  const received: AckReceived = {
    type: 'AckReceived',
    leg: leg.leg,
    recipients,
    status: command.status,
    ...(command.text === undefined ? {} : { text: command.text }),
    ...(mark === undefined ? {} : { mark }),
    pdu: command.pdu,
    ...(command.alias === undefined ? {} : { alias: command.alias }),
  };
  return conclude(
    state,
    inOrder(state, () => [received], isRepeat(mark) ? () => [] : consequence(leg, received, command)),
  );
}

/** Those of the leg that the RES speaks of. Names that are none of the leg's are ignored; none left means all. */
function concerned(leg: Leg, command: ReceiveAck): readonly string[] {
  const named = leg.recipients.filter((address) => command.recipients?.includes(address) === true);
  return named.length > 0 ? named : leg.recipients;
}

function markOf(leg: Leg, recipients: readonly string[], command: ReceiveAck): AckMark | undefined {
  const stored = recipients.map((address) => leg.res.get(address));
  if (stored.every((code) => code !== undefined)) {
    return stored.every((code) => code === command.status.code) ? 'second' : 'contradicting';
  }
  switch (leg.stage.kind) {
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

const isRepeat = (mark: AckMark | undefined): boolean => mark === 'second' || mark === 'contradicting';

/** A refusal for good fails its recipients; one for now starts a new transaction (protocol reference 5.2). */
function consequence(leg: Leg, received: AckReceived, command: ReceiveAck): Step {
  const why: Refusal = { by: 'partner', text: received.text ?? received.status.code };
  switch (received.status.class) {
    case 'success':
      return () => [];
    case 'permanent':
      return fail(
        received.recipients,
        { status: 'Rejected', by: 'partner', why, report: true },
        command.moment,
      );
    case 'transient':
      // Only a transaction that is through can begin anew; one in hand is settled by its own outcome first.
      return leg.stage.kind === 'sent' || leg.stage.kind === 'timed-out'
        ? beginAnew(leg.leg, received.recipients, why, command.nextAttemptAt)
        : () => [];
  }
}

/** The same recipients again, under a new transaction id; some of them only: on a leg of their own. */
export function beginAnew(
  number: number,
  recipients: readonly string[],
  why: Refusal,
  nextAttemptAt: number,
): Step {
  return (state) => {
    const leg = legOf(state, number);
    const whole = recipients.length === leg.recipients.length;
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
