import type {
  AckReceived,
  AckTimedOut,
  AnswerPlan,
  Delivered,
  DeliveryDeferred,
  DeliveryFailed,
  ForwardDeferred,
  MmsEvent,
  ReadReported,
  Received,
  Routed,
} from './events.ts';
import {
  legOf,
  recipientOf,
  reportIdentity,
  type Answer,
  type Effort,
  type Intake,
  type Leg,
  type LegStage,
  type LegTerms,
  type MmsState,
  type Recipient,
  type Report,
} from './state.ts';
import { variantKey } from './variant.ts';

/** The state after one more event. Total: whatever was recorded is taken as it happened. */
export function evolve(state: MmsState, event: MmsEvent): MmsState {
  switch (event.type) {
    case 'Received':
      return received(state, event);
    case 'Routed':
      return routed(state, event);
    case 'ForwardStarted':
      return changeLeg(state, event.leg, (leg) => ({
        attempts: event.attempt,
        ids: { transactionId: event.transactionId, rfcMessageId: event.rfcMessageId },
        refusedForNow: [],
        transactionIds: leg.transactionIds.includes(event.transactionId)
          ? leg.transactionIds
          : [...leg.transactionIds, event.transactionId],
        stage: {
          kind: 'claimed',
          worker: event.worker,
          leaseUntil: event.leaseUntil,
          terms: { onUnknownOutcome: event.onUnknownOutcome, onAckTimeout: event.onAckTimeout },
        },
      }));
    case 'ForwardSent':
      return changeLeg(state, event.leg, (leg) => ({
        stage: { kind: 'sent', ackUntil: event.ackUntil, terms: termsOf(leg) },
      }));
    case 'ForwardDeferred':
      return deferred(state, event);
    case 'ForwardRefused':
      // While the claim stands nobody was taken: the whole attempt is over. Else the others go on without these.
      return changeLeg(state, event.leg, (leg) =>
        leg.stage.kind === 'claimed'
          ? { stage: { kind: 'ended' } }
          : { recipients: without(leg.recipients, event.recipients) },
      );
    case 'ForwardOutcomeUnknown':
      return changeLeg(state, event.leg, () => ({
        stage:
          event.then === 'hold' ? { kind: 'held' } : { kind: 'waiting', nextAttemptAt: event.nextAttemptAt },
      }));
    case 'AckReceived':
      return ackReceived(state, event);
    case 'AckTimedOut':
      return ackTimedOut(state, event);
    case 'AckSent':
    case 'AckAbandoned':
      return changeAnswer(state, event.answer, { kind: 'done' });
    case 'AckDeferred':
      return changeAnswer(state, event.answer, { kind: 'owed', at: event.nextAttemptAt });
    case 'Delivered':
    case 'DeliveryDeferred':
    case 'DeliveryFailed':
    case 'ReadReported':
      return reported(state, event);
    case 'ReportRelayed':
      return changeReport(state, event.report, ({ stage }) =>
        event.ackUntil === null || (stage.kind === 'owed' && stage.acked === true)
          ? { kind: 'done' }
          : { kind: 'awaiting-ack', until: event.ackUntil },
      );
    case 'ReportDeferred':
      return changeReport(state, event.report, () => ({ kind: 'owed', at: event.nextAttemptAt }));
    case 'ReportAbandoned':
      return changeReport(state, event.report, () => ({ kind: 'done' }));
    case 'ReportAckReceived':
      return changeReport(state, event.report, ({ stage }) =>
        stage.kind === 'owed' ? { ...stage, acked: true } : { kind: 'done' },
      );
    case 'DuplicateReceived':
      return { ...state, duplicates: state.duplicates + 1, answers: withAnswer(state.answers, event.answer) };
    case 'VariantOpened':
      return { ...state, variants: [...state.variants, event] };
    case 'Closed':
      return { ...state, closed: true };
    case 'Reopened':
      return { ...state, closed: false };
    case 'OrphanReceived':
    case 'RefusedReceived':
      return { ...state, answers: withAnswer(state.answers, event.answer), evidence: state.evidence + 1 };
    case 'Attached':
      return state;
  }
}

function received(state: MmsState, event: Received): MmsState {
  const intake: Intake = {
    intake: event.intake,
    from: event.from,
    key: variantKey(event),
    messageId: event.messageId,
    sender: event.sender,
    flags: event.flags,
    expiresAt: event.expiresAt,
    content: event.content,
    head: event.head,
    size: event.size,
    bodySha256: event.bodySha256,
    eightBit: event.eightBit,
    mailFrom: event.envelope.mailFrom,
    session: event.session,
    reportsTo: event.reportsTo,
    status: event.status,
  };
  const recipients = new Map(state.recipients);
  for (const recipient of event.recipients) {
    recipients.set(recipient.address, {
      ...recipient,
      intake: event.intake,
      leg: null,
      routed: false,
      delivery: { kind: 'pending' },
      read: false,
      reportsSeen: [],
    });
  }
  return {
    ...state,
    intakes: [...state.intakes, intake],
    recipients,
    answers: withAnswer(state.answers, event.answer),
  };
}

function routed(state: MmsState, event: Routed): MmsState {
  const { to } = event;
  const next = changeRecipient(state, event.recipient, () => ({
    routed: true,
    leg: to.kind === 'route' ? to.leg : null,
  }));
  if (to.kind !== 'route') return next;
  if (to.leg <= next.legs.length) {
    return changeLeg(next, to.leg, (leg) => ({ recipients: [...leg.recipients, event.recipient] }));
  }
  const leg: Leg = {
    leg: to.leg,
    partner: to.partner,
    route: to.route,
    deadline: event.deadline,
    recipients: [event.recipient],
    attempts: 0,
    ids: null,
    transactionIds: [],
    res: new Map(),
    refusedForNow: [],
    repeatedRes: 0,
    stage: { kind: 'waiting', nextAttemptAt: event.routedAt },
  };
  return { ...next, legs: [...next.legs, leg] };
}

function deferred(state: MmsState, event: ForwardDeferred): MmsState {
  const stage: LegStage = { kind: 'waiting', nextAttemptAt: event.nextAttemptAt };
  const leg = legOf(state, event.leg);
  if (event.newLeg === undefined) {
    return changeLeg(state, event.leg, () =>
      event.newTransaction === true ? { stage, ids: null } : { stage },
    );
  }
  const split: Leg = {
    ...leg,
    leg: event.newLeg,
    recipients: event.recipients,
    attempts: 0,
    ids: null,
    transactionIds: [],
    refusedForNow: [],
    stage,
  };
  let next: MmsState = { ...state, legs: [...state.legs, split] };
  next = changeLeg(next, event.leg, () => ({ recipients: without(leg.recipients, event.recipients) }));
  for (const address of event.recipients) {
    next = changeRecipient(next, address, () => ({ leg: split.leg }));
  }
  return next;
}

function ackReceived(state: MmsState, event: AckReceived): MmsState {
  return changeLeg(state, event.leg, (leg) => {
    if (event.mark === 'second' || event.mark === 'contradicting')
      return { repeatedRes: leg.repeatedRes + 1 };
    if (event.status.class === 'transient') {
      return leg.stage.kind === 'claimed' ? { refusedForNow: event.recipients } : {};
    }
    const res = new Map(leg.res);
    for (const address of event.recipients) res.set(address, event.status.code);
    return { res };
  });
}

function ackTimedOut(state: MmsState, event: AckTimedOut): MmsState {
  if (event.report !== undefined) return changeReport(state, event.report, () => ({ kind: 'done' }));
  if (event.leg === undefined) return state;
  return changeLeg(state, event.leg, () => ({
    stage: event.then === 'resend' ? { kind: 'waiting', nextAttemptAt: event.at } : { kind: 'timed-out' },
  }));
}

function reported(
  state: MmsState,
  event: Delivered | DeliveryDeferred | DeliveryFailed | ReadReported,
): MmsState {
  const next = changeRecipient(state, event.recipient, (recipient) => ({
    ...(event.stands ? standing(event) : {}),
    reportsSeen:
      event.source.kind === 'partner'
        ? [...recipient.reportsSeen, reportIdentity(statusOf(event), event.source.pdu.date)]
        : recipient.reportsSeen,
  }));
  const { relay } = event;
  return {
    ...next,
    answers: withAnswer(next.answers, event.answer),
    reports:
      relay === null
        ? next.reports
        : [
            ...next.reports,
            { plan: relay, recipient: event.recipient, stage: { kind: 'owed', at: relay.owedAt } },
          ],
  };
}

function standing(event: Delivered | DeliveryDeferred | DeliveryFailed | ReadReported): Partial<Recipient> {
  switch (event.type) {
    case 'Delivered':
      return { delivery: { kind: 'delivered' } };
    case 'DeliveryDeferred':
      return { delivery: { kind: 'interim', status: event.status } };
    case 'DeliveryFailed':
      return { delivery: { kind: 'failed', status: event.status, by: event.by } };
    case 'ReadReported':
      return { read: true };
  }
}

function statusOf(event: Delivered | DeliveryDeferred | DeliveryFailed | ReadReported): string {
  return event.type === 'Delivered' ? 'Retrieved' : event.status;
}

// ---------------------------------------------------------------- one entity of the state, changed

function changeLeg(state: MmsState, number: number, change: (leg: Leg) => Partial<Leg>): MmsState {
  const legs = state.legs.map((leg) => (leg.leg === number ? { ...leg, ...change(leg) } : leg));
  return { ...state, legs };
}

function changeRecipient(
  state: MmsState,
  address: string,
  change: (recipient: Recipient) => Partial<Recipient>,
): MmsState {
  const recipient = recipientOf(state, address);
  return {
    ...state,
    recipients: new Map(state.recipients).set(address, { ...recipient, ...change(recipient) }),
  };
}

function changeAnswer(state: MmsState, id: string, stage: Effort): MmsState {
  const answers = state.answers.map((answer) => (answer.plan.answer === id ? { ...answer, stage } : answer));
  return { ...state, answers };
}

function changeReport(
  state: MmsState,
  number: number,
  change: (report: Report) => Report['stage'],
): MmsState {
  const reports = state.reports.map((report) =>
    report.plan.report === number ? { ...report, stage: change(report) } : report,
  );
  return { ...state, reports };
}

function withAnswer(answers: readonly Answer[], plan: AnswerPlan | null): readonly Answer[] {
  return plan === null ? answers : [...answers, { plan, stage: { kind: 'owed', at: plan.date } }];
}

/** What holds where no attempt fixed other terms. */
const cautious: LegTerms = { onUnknownOutcome: 'hold', onAckTimeout: 'leave' };

function termsOf(leg: Leg): LegTerms {
  return leg.stage.kind === 'claimed' || leg.stage.kind === 'sent' ? leg.stage.terms : cautious;
}

function without(all: readonly string[], some: readonly string[]): readonly string[] {
  return all.filter((item) => !some.includes(item));
}
