import type { MmsEvent, Received } from './events.ts';
import { changeAnswer, changeRecipient, withAnswer } from './evolve/change.ts';
import { released, rerouted, resent } from './evolve/hands.ts';
import {
  ackReceived,
  forwardAckTimedOut,
  forwardDeferred,
  forwardOutcomeUnknown,
  forwardRefused,
  forwardSent,
  forwardStarted,
  routed,
} from './evolve/legs.ts';
import {
  reportAckReceived,
  reportAckTimedOut,
  reportDeferred,
  reported,
  reportOver,
  reportRelayed,
} from './evolve/reports.ts';
import type { Intake, MmsState } from './state.ts';
import { variantKey } from './variant.ts';

/** The state after one more event. Total: whatever was recorded is taken as it happened. */
export function evolve(state: MmsState, event: MmsEvent): MmsState {
  const change = changes[event.type] as (state: MmsState, event: MmsEvent) => MmsState;
  return change(state, event);
}

type Changes = {
  readonly [Type in MmsEvent['type']]: (
    state: MmsState,
    event: Extract<MmsEvent, { type: Type }>,
  ) => MmsState;
};

/** What each event changes. */
const changes: Changes = {
  Received: received,
  Routed: routed,
  ForwardStarted: forwardStarted,
  ForwardSent: forwardSent,
  ForwardDeferred: forwardDeferred,
  ForwardRefused: forwardRefused,
  ForwardOutcomeUnknown: forwardOutcomeUnknown,
  AckReceived: ackReceived,
  AckTimedOut: (state, event) => {
    if (event.leg !== undefined) return forwardAckTimedOut(state, event.leg, event);
    return event.report === undefined ? state : reportAckTimedOut(state, event.report, event);
  },
  AckSent: answerOver,
  AckDeferred: (state, { answer, nextAttemptAt }) =>
    changeAnswer(state, answer, ({ tries }) => ({
      stage: { kind: 'owed', at: nextAttemptAt },
      tries: tries + 1,
    })),
  AckAbandoned: answerOver,
  Delivered: reported,
  DeliveryDeferred: reported,
  DeliveryFailed: reported,
  ReadReported: reported,
  ReportRelayed: reportRelayed,
  ReportDeferred: reportDeferred,
  ReportAbandoned: (state, { report }) => reportOver(state, report),
  ReportAckReceived: reportAckReceived,
  Notified: (state, { recipient }) =>
    changeRecipient(state, recipient, ({ mailbox }) => ({
      mailbox: mailbox === null ? null : { ...mailbox, notified: true },
    })),
  Held: (state, { by, why }) => ({ ...state, hold: { kind: 'held', by, why } }),
  Parked: (state, { why }) => ({ ...state, hold: { kind: 'parked', by: 'engine', why } }),
  Released: released,
  Rerouted: rerouted,
  Resent: resent,
  Dropped: (state) => state,
  DuplicateReceived: (state, { answer }) => ({
    ...state,
    duplicates: state.duplicates + 1,
    answers: withAnswer(state.answers, answer),
  }),
  VariantOpened: (state, event) => ({ ...state, variants: [...state.variants, event] }),
  Closed: (state) => ({ ...state, closed: true }),
  Reopened: (state) => ({ ...state, closed: false }),
  OrphanReceived: evidenceKept,
  RefusedReceived: evidenceKept,
  Attached: (state) => ({
    ...state,
    attached: true,
    answers: state.answers.map((answer) => ({ ...answer, stage: { kind: 'done' } })),
  }),
};

function answerOver(state: MmsState, { answer }: { readonly answer: string }): MmsState {
  return changeAnswer(state, answer, () => ({ stage: { kind: 'done' } }));
}

function evidenceKept(
  state: MmsState,
  { answer }: Extract<MmsEvent, { type: 'OrphanReceived' | 'RefusedReceived' }>,
): MmsState {
  return { ...state, answers: withAnswer(state.answers, answer), evidence: state.evidence + 1 };
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
    ...(event.submission === undefined ? {} : { submission: event.submission }),
  };
  const recipients = new Map(state.recipients);
  for (const recipient of event.recipients) {
    recipients.set(recipient.address, {
      ...recipient,
      intake: event.intake,
      leg: null,
      mailbox: null,
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
