import type {
  AckReceived,
  AckTimedOut,
  ForwardDeferred,
  ForwardOutcomeUnknown,
  ForwardRefused,
  ForwardSent,
  ForwardStarted,
  Routed,
} from '../events.ts';
import { awaitsSending, type Leg, type LegStage, type LegTerms, type MmsState } from '../state.ts';
import { changeLeg, changeRecipient, openLeg } from './change.ts';

export function routed(state: MmsState, event: Routed): MmsState {
  const { to } = event;
  const next = changeRecipient(state, event.recipient, () => ({
    routed: true,
    leg: to.kind === 'route' ? to.leg : null,
    mailbox: to.kind === 'Direct' ? { notified: false, at: event.routedAt, deadline: event.deadline } : null,
  }));
  if (to.kind !== 'route') return next;
  if (to.leg <= next.legs.length) {
    return changeLeg(next, to.leg, (leg) => ({ recipients: [...leg.recipients, event.recipient] }));
  }
  const leg: Leg = {
    ...untried,
    leg: to.leg,
    partner: to.partner,
    route: to.route,
    routedAt: event.routedAt,
    deadline: event.deadline,
    recipients: [event.recipient],
    stage: { kind: 'waiting', nextAttemptAt: event.routedAt },
  };
  return openLeg(next, leg);
}

export function forwardStarted(state: MmsState, event: ForwardStarted): MmsState {
  const { transactionId, rfcMessageId, worker, leaseUntil, onUnknownOutcome, onAckTimeout } = event;
  return changeLeg(state, event.leg, (leg) => ({
    attempts: event.attempt,
    ids: { transactionId, rfcMessageId },
    refusedForNow: [],
    transactionIds: leg.transactionIds.includes(transactionId)
      ? leg.transactionIds
      : [...leg.transactionIds, transactionId],
    stage: { kind: 'claimed', worker, leaseUntil, terms: { onUnknownOutcome, onAckTimeout } },
  }));
}

/** It may be told late: of an attempt whose lease ran out, while another is in hand, or of a transaction that is over. */
export function forwardSent(state: MmsState, event: ForwardSent): MmsState {
  return changeLeg(state, event.leg, (leg) => {
    const sent = [...leg.sent, event.attempt];
    return awaitsSending(leg, event.attempt)
      ? { sent, stage: { kind: 'sent', ackUntil: event.ackUntil, terms: termsOf(leg) } }
      : { sent };
  });
}

export function forwardDeferred(state: MmsState, event: ForwardDeferred): MmsState {
  const { newLeg, recipients } = event;
  const stage: LegStage = { kind: 'waiting', nextAttemptAt: event.nextAttemptAt };
  if (newLeg === undefined) {
    return changeLeg(state, event.leg, (leg) =>
      event.newTransaction === true
        ? {
            stage,
            ids: null,
            transactionFrom: leg.attempts + 1,
            outcomeUnknown: false,
            refusedForNow: [],
          }
        : { stage },
    );
  }
  const leg = state.legs[event.leg - 1];
  if (leg === undefined) return state;
  const left = changeLeg(state, event.leg, () => ({ recipients: without(leg.recipients, recipients) }));
  const split = { ...leg, ...untried, leg: newLeg, recipients, stage };
  const opened = openLeg(left, split);
  return recipients.reduce(
    (next, address) => changeRecipient(next, address, () => ({ leg: newLeg })),
    opened,
  );
}

/** While the claim stands nobody was taken: the attempt ends the leg. Else the others go on without these. */
export function forwardRefused(state: MmsState, event: ForwardRefused): MmsState {
  return changeLeg(state, event.leg, (leg) =>
    leg.stage.kind === 'claimed' || leg.stage.kind === 'ended'
      ? { stage: { kind: 'ended' } }
      : { recipients: without(leg.recipients, event.recipients) },
  );
}

export function forwardOutcomeUnknown(state: MmsState, event: ForwardOutcomeUnknown): MmsState {
  const { then, nextAttemptAt } = event;
  return changeLeg(state, event.leg, () => ({
    stage: then === 'hold' ? { kind: 'held' } : { kind: 'waiting', nextAttemptAt },
    outcomeUnknown: true,
  }));
}

export function ackReceived(state: MmsState, event: AckReceived): MmsState {
  const { mark, recipients, status } = event;
  return changeLeg(state, event.leg, (leg) => {
    if (mark === 'second' || mark === 'contradicting') return { repeatedRes: leg.repeatedRes + 1 };
    if (status.class === 'transient') {
      return mark === 'early' ? { refusedForNow: [...leg.refusedForNow, ...recipients] } : {};
    }
    return { res: new Map([...recipients.map((address) => [address, status.code] as const), ...leg.res]) };
  });
}

export function forwardAckTimedOut(state: MmsState, number: number, event: AckTimedOut): MmsState {
  return changeLeg(state, number, () => ({
    stage: event.then === 'resend' ? { kind: 'waiting', nextAttemptAt: event.at } : { kind: 'timed-out' },
  }));
}

/** A leg that nothing was tried on. */
export const untried = {
  attempts: 0,
  ids: null,
  transactionIds: [],
  transactionFrom: 1,
  sent: [],
  outcomeUnknown: false,
  res: new Map<string, never>(),
  refusedForNow: [],
  repeatedRes: 0,
} satisfies Partial<Leg>;

/** What holds where no attempt fixed other terms. */
const cautious: LegTerms = { onUnknownOutcome: 'hold', onAckTimeout: 'leave' };

function termsOf({ stage }: Leg): LegTerms {
  return stage.kind === 'claimed' || stage.kind === 'sent' ? stage.terms : cautious;
}

function without(all: readonly string[], some: readonly string[]): readonly string[] {
  return all.filter((item) => !some.includes(item));
}
