import { senderInstead, type SenderRule } from '../../mm4/sender-rule.ts';
import type { SendOutcome } from '../../ports.ts';
import type { ForwardSent, ForwardStarted, MmsEvent, Refusal } from '../events.ts';
import { ourMailId, ourTransactionId } from '../ids.ts';
import type { Moment } from '../plans.ts';
import {
  awaitsSending,
  intakeOf,
  isTaken,
  legOf,
  recipientOf,
  unacknowledged,
  type Leg,
  type MmsState,
} from '../state.ts';
import { beginAnew } from './ack.ts';
import { conclude, inOrder, type Step } from './conclude.ts';
import { fail } from './fail.ts';
import { notSent, refusals, type Refused } from './refusals.ts';

export interface StartForward {
  readonly moment: Moment;
  readonly leg: number;
  readonly worker: string;
  readonly leaseUntil: number;
  readonly requestAck: boolean;
  readonly onUnknownOutcome: ForwardStarted['onUnknownOutcome'];
  readonly onAckTimeout: ForwardStarted['onAckTimeout'];
  /** The route's. */
  readonly senderRule: SenderRule;
}

/** Claims an attempt, if the leg is due. No events: somebody else has it, it was answered, or its time is over. */
export function startForward(state: MmsState, command: StartForward): readonly MmsEvent[] {
  const { moment } = command;
  const leg = state.legs[command.leg - 1];
  if (state.closed || state.hold !== null || leg?.stage.kind !== 'waiting') return [];
  if (leg.stage.nextAttemptAt > moment.now || leg.deadline <= moment.now) return [];
  const recipients = unacknowledged(state, leg);
  const [first] = recipients;
  if (first === undefined) return [];
  const ids = leg.ids ?? newIds(leg, moment);
  const sender = senderInstead(command.senderRule, intakeOf(state, recipientOf(state, first)).sender);
  return [
    {
      type: 'ForwardStarted',
      leg: leg.leg,
      attempt: leg.attempts + 1,
      recipients,
      ...ids,
      worker: command.worker,
      leaseUntil: command.leaseUntil,
      requestAck: command.requestAck,
      onUnknownOutcome: command.onUnknownOutcome,
      onAckTimeout: command.onAckTimeout,
      ...(sender === null ? {} : { sender: sender.value }),
    },
  ];
}

function newIds(leg: Leg, moment: Moment): { transactionId: string; rfcMessageId: string } {
  const { uid, nonce, domain } = moment;
  return {
    transactionId: ourTransactionId(uid, 'forward', leg.leg, nonce),
    rfcMessageId: ourMailId(uid, leg.leg, nonce, domain),
  };
}

export interface FinishForward {
  readonly moment: Moment;
  readonly claim: ForwardStarted;
  readonly outcome: SendOutcome;
  /** The recipient an RCPT address was made from. */
  readonly recipientOf: (rcptTo: string) => string;
  readonly sent: Pick<ForwardSent, 'bodySha256' | 'wireSize' | 'peer' | 'dialogue' | 'ackUntil'>;
  readonly nextAttemptAt: number;
}

/**
 * Records what became of a claimed attempt. Once its lease has run out only one thing still counts, whatever happened since: that
 * it was sent.
 */
export function finishForward(state: MmsState, command: FinishForward): readonly MmsEvent[] {
  const { claim, outcome } = command;
  const leg = state.legs[claim.leg - 1];
  if (leg === undefined || claim.attempt > leg.attempts) return [];
  if (outcome.kind === 'sent') {
    return leg.sent.includes(claim.attempt) ? [] : conclude(state, sent(state, leg, command, outcome));
  }
  if (leg.stage.kind !== 'claimed' || claim.attempt !== leg.attempts) return [];
  return conclude(state, notTaken(state, command, outcome));
}

/** Recipients the partner did not take leave the leg. */
function sent(
  state: MmsState,
  leg: Leg,
  command: FinishForward,
  { reply }: Extract<SendOutcome, { kind: 'sent' }>,
): readonly MmsEvent[] {
  const { claim, nextAttemptAt } = command;
  const refused = refusals(command);
  const gone = refused.flatMap(({ recipients }) => recipients);
  const taken: ForwardSent = {
    type: 'ForwardSent',
    leg: claim.leg,
    attempt: claim.attempt,
    recipients: claim.recipients.filter((address) => !gone.includes(address)),
    reply,
    ...command.sent,
  };
  // Otherwise another attempt has settled everybody's fate.
  if (!awaitsSending(leg, claim.attempt)) return [taken];
  return inOrder(
    state,
    () => [taken],
    ...(isTaken(leg) ? [] : refused).map((refusal) => applyRefusal(refusal, command)),
    alreadyRefused(leg, nextAttemptAt),
  );
}

function notTaken(
  state: MmsState,
  command: FinishForward,
  outcome: Exclude<SendOutcome, { kind: 'sent' }>,
): readonly MmsEvent[] {
  const { claim, nextAttemptAt } = command;
  switch (outcome.kind) {
    case 'unknown':
      return outcomeUnknown(claim.leg, outcome.why, nextAttemptAt)(state);
    case 'not-sent':
    case 'refused': {
      const refused = outcome.kind === 'refused' ? refusals(command) : [notSent(outcome, command)];
      return inOrder(
        state,
        ...refused.map((refusal) => applyRefusal(refusal, command)),
        alreadyRefused(legOf(state, claim.leg), nextAttemptAt),
      );
    }
  }
}

/** A claim without an outcome: the line dropped after the final dot, or its worker is gone. */
export function outcomeUnknown(number: number, why: string, nextAttemptAt: number): Step {
  return (state) => {
    const leg = legOf(state, number);
    const then = leg.stage.kind === 'claimed' ? leg.stage.terms.onUnknownOutcome : 'hold';
    const unknown = {
      type: 'ForwardOutcomeUnknown',
      leg: number,
      attempt: leg.attempts,
      why,
      then,
      nextAttemptAt,
    } as const;
    return inOrder(state, () => [unknown], alreadyRefused(leg, nextAttemptAt));
  };
}

/** A transient RES overtook the outcome. */
function alreadyRefused(leg: Leg, nextAttemptAt: number): Step {
  const why: Refusal = { by: 'partner', text: 'the RES that came before refused it for now' };
  return beginAnew(leg.leg, leg.refusedForNow, why, nextAttemptAt);
}

function applyRefusal(refused: Refused, { claim, outcome, moment }: FinishForward): Step {
  const { recipients, status, why, nextAttemptAt } = refused;
  const { leg, attempt } = claim;
  return (state) => {
    const tried = legOf(state, leg);
    const needing = unacknowledged(state, tried);
    const open = recipients.filter((address) => needing.includes(address));
    if (refused.permanent) {
      // Sent again for want of a RES: the partner took it before, and its refusal now does not undo that.
      const failing = outcome.kind !== 'sent' && isTaken(tried) ? [] : open;
      const failure = { status: 'Rejected', by: why.by, why, report: true } as const;
      return inOrder(
        state,
        () => [{ type: 'ForwardRefused', leg, attempt, recipients, why, status }],
        fail(failing, failure, moment),
      );
    }
    const deferred = { type: 'ForwardDeferred', leg, attempt, why, nextAttemptAt } as const;
    if (outcome.kind !== 'sent') return [{ ...deferred, recipients }];
    // The others were taken: these go on without them, in a transaction of their own.
    return open.length === 0 ? [] : [{ ...deferred, recipients: open, newLeg: state.legs.length + 1 }];
  };
}
