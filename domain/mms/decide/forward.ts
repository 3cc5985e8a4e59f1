import type { RequestStatus } from '../../mm4/pdu.ts';
import type { SendOutcome, SmtpReply, SmtpStep } from '../../ports.ts';
import { classify } from '../../replies.ts';
import type { ForwardSent, ForwardStarted, MmsEvent, Refusal } from '../events.ts';
import { ourTransactionId } from '../ids.ts';
import type { Moment } from '../plans.ts';
import { legOf, stillNeeding, type Leg, type MmsState } from '../state.ts';
import { beginAnew } from './ack.ts';
import { conclude, inOrder, type Step } from './conclude.ts';
import { fail } from './fail.ts';

export interface StartForward {
  readonly moment: Moment;
  readonly leg: number;
  readonly worker: string;
  readonly leaseUntil: number;
  readonly requestAck: boolean;
  readonly onUnknownOutcome: ForwardStarted['onUnknownOutcome'];
  readonly onAckTimeout: ForwardStarted['onAckTimeout'];
}

/** Claims an attempt, if the leg is due. No events: somebody else has it, it was answered, or its time is over. */
export function startForward(state: MmsState, command: StartForward): readonly MmsEvent[] {
  const { moment } = command;
  const leg = legOf(state, command.leg);
  if (state.closed || leg.stage.kind !== 'waiting') return [];
  if (leg.stage.nextAttemptAt > moment.now || leg.deadline <= moment.now) return [];
  const recipients = stillNeeding(state, leg);
  if (recipients.length === 0) return [];
  const ids = leg.ids ?? newIds(leg, moment);
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
    },
  ];
}

function newIds(leg: Leg, moment: Moment): { transactionId: string; rfcMessageId: string } {
  const nonce = moment.nonce.slice(0, 8);
  return {
    transactionId: ourTransactionId(moment.uid, 'forward', leg.leg, nonce),
    rfcMessageId: `<${moment.uid}.f${leg.leg}.${nonce}@${moment.domain}>`,
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

/** Records what became of a claimed attempt. Recipients whose fate differs from the rest leave the leg. */
export function finishForward(state: MmsState, command: FinishForward): readonly MmsEvent[] {
  const leg = legOf(state, command.claim.leg);
  if (leg.attempts !== command.claim.attempt || !stillOpen(leg, command.outcome)) return [];
  return conclude(state, outcomeEvents(state, leg, command));
}

/** A lease may have run out before the outcome came: then only the fact that it was sent still counts. */
function stillOpen(leg: Leg, outcome: SendOutcome): boolean {
  if (leg.stage.kind === 'claimed') return true;
  return outcome.kind === 'sent' && (leg.stage.kind === 'waiting' || leg.stage.kind === 'held');
}

function outcomeEvents(state: MmsState, leg: Leg, command: FinishForward): readonly MmsEvent[] {
  const { outcome, claim } = command;
  switch (outcome.kind) {
    case 'unknown':
      return [unknownOutcome(leg, outcome.why, command.nextAttemptAt)];
    case 'not-sent':
      return applyRefusal(notSent(outcome, command), command)(state);
    case 'refused':
      return inOrder(
        state,
        ...inGoodOrder(refusals(command)).map((refusal) => applyRefusal(refusal, command)),
      );
    case 'sent': {
      const refused = refusals(command);
      const gone = new Set(refused.flatMap((refusal) => refusal.recipients));
      const recipients = claim.recipients.filter((address) => !gone.has(address));
      const { leg: number, attempt } = claim;
      return inOrder(
        state,
        () => [
          { type: 'ForwardSent', leg: number, attempt, recipients, reply: outcome.reply, ...command.sent },
        ],
        ...refused.map((refusal) => applyRefusal(refusal, command)),
        ...alreadyRefused(leg, command),
      );
    }
  }
}

/** A transient RES overtook our own `ForwardSent`. */
function alreadyRefused(leg: Leg, command: FinishForward): readonly Step[] {
  const why: Refusal = { by: 'partner', text: 'the RES that came before refused it for now' };
  return leg.refusedForNow.length === 0
    ? []
    : [beginAnew(leg.leg, leg.refusedForNow, why, command.nextAttemptAt)];
}

/** A claim without an outcome: the line dropped after the final dot, or its worker is gone. */
export function unknownOutcome(leg: Leg, why: string, nextAttemptAt: number): MmsEvent {
  const then = leg.stage.kind === 'claimed' ? leg.stage.terms.onUnknownOutcome : 'hold';
  return {
    type: 'ForwardOutcomeUnknown',
    leg: leg.leg,
    attempt: leg.attempts,
    why,
    then,
    nextAttemptAt,
  };
}

// ---------------------------------------------------------------- refusals

interface GroupedRefusal {
  readonly recipients: readonly string[];
  readonly permanent: boolean;
  readonly status: RequestStatus;
  readonly why: Refusal;
  readonly nextAttemptAt: number;
}

/** The recipients that were not taken, by the reply that refused them. */
function refusals(command: FinishForward): readonly GroupedRefusal[] {
  const { outcome, moment, claim } = command;
  if (outcome.kind !== 'sent' && outcome.kind !== 'refused') return [];
  const group = (recipients: readonly string[], step: SmtpStep, reply: SmtpReply): GroupedRefusal => {
    const { action, status } = classify(step, reply);
    return {
      recipients,
      permanent: action === 'permanent',
      status,
      why: { by: reply.ours === true ? 'us' : 'partner', text: reply.text, reply },
      // A peer that takes no more in one mail takes the rest in the next; one that took nobody has to be waited for.
      nextAttemptAt: action === 'requeue-now' && outcome.kind === 'sent' ? moment.now : command.nextAttemptAt,
    };
  };
  const named = outcome.refused.map(({ address, reply }) =>
    group([command.recipientOf(address)], 'rcpt', reply),
  );
  if (outcome.kind === 'sent') return named;
  const rest = claim.recipients.filter(
    (address) => !named.some(({ recipients }) => recipients.includes(address)),
  );
  return rest.length === 0 ? named : [...named, group(rest, outcome.at, outcome.reply)];
}

/** Those to be tried again first: they keep the leg, and what is refused for good leaves it. */
function inGoodOrder(refusals: readonly GroupedRefusal[]): readonly GroupedRefusal[] {
  return [
    ...refusals.filter(({ permanent }) => !permanent),
    ...refusals.filter(({ permanent }) => permanent),
  ];
}

/** The line dropped before the end: try again. Content that cannot be read does not get better by trying. */
function notSent(
  outcome: Extract<SendOutcome, { kind: 'not-sent' }>,
  command: FinishForward,
): GroupedRefusal {
  const lost = outcome.content !== undefined && outcome.content.kind !== 'unavailable';
  return {
    recipients: command.claim.recipients,
    permanent: lost,
    status: 'Error-unspecified',
    why: {
      by: outcome.content === undefined ? 'partner' : 'us',
      text: outcome.content?.message ?? `${outcome.at}: ${outcome.why}`,
    },
    nextAttemptAt: command.nextAttemptAt,
  };
}

function applyRefusal(refusal: GroupedRefusal, command: FinishForward): Step {
  const { recipients, status, why } = refusal;
  const { leg, attempt } = command.claim;
  if (refusal.permanent) {
    const failure = { status: 'Rejected', by: why.by, why, report: true } as const;
    return (state) =>
      inOrder(
        state,
        () => [{ type: 'ForwardRefused', leg, attempt, recipients, why, status }],
        fail(recipients, failure, command.moment),
      );
  }
  return (state) => {
    const newLeg = legOf(state, leg).stage.kind === 'claimed' ? {} : { newLeg: state.legs.length + 1 };
    const { nextAttemptAt } = refusal;
    return [{ type: 'ForwardDeferred', leg, attempt, recipients, ...newLeg, why, nextAttemptAt }];
  };
}
