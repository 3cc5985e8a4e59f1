import type { MmStatus, ReadStatus } from '../../mm4/pdu.ts';
import type { SmtpReply } from '../../ports.ts';
import type {
  AckMark,
  Delivered,
  MmsEvent,
  PduEvidence,
  PeerEvidence,
  Refusal,
  ReportSource,
  ResStatus,
} from '../events.ts';
import { nextAnswer, planAnswer, planRelay, type AnswerRequest, type Moment } from '../plans.ts';
import { reportIdentity, type DeliveryStatus, type MmsState, type Recipient, type Report } from '../state.ts';
import { maxRepeatedRes } from './ack.ts';
import { conclude } from './conclude.ts';
import { maxDuplicates } from './receive.ts';

/** A partner's report on one recipient of a leg it owns. */
export interface ReceiveReport {
  readonly moment: Moment;
  readonly recipient: string;
  readonly pdu: PduEvidence;
  readonly about: DeliveryNews | ReadNews;
  readonly rawStatus: string | null;
  readonly text?: string;
  readonly answer: AnswerRequest | null;
}

interface DeliveryNews {
  readonly kind: 'delivery';
  readonly status: MmStatus;
  readonly extension?: string;
  /** X-Mms-Forward-To-Originator-UA; undefined: yes if the sender's handset asked. */
  readonly toOriginatorUA?: boolean;
}

interface ReadNews {
  readonly kind: 'read';
  readonly status: ReadStatus;
}

/** Reports on one recipient that a stream takes; after that, only one that decides something. */
const maxReports = 32;

/** No events: nobody of that name, or a repeat too many, which is only counted. */
export function receiveReport(state: MmsState, command: ReceiveReport): readonly MmsEvent[] {
  const recipient = state.recipients.get(command.recipient);
  if (recipient === undefined) return [];
  const { about, pdu, moment } = command;
  const happenedAt = pdu.date ?? moment.now;
  const stands =
    about.kind === 'read' ? !recipient.read : outranks(about.status, happenedAt, recipient.delivery);
  const known = recipient.reportsSeen.includes(reportIdentity(about.status, pdu.date));
  const decides = stands && (about.kind === 'read' || !isInterim(about.status));
  if (known || (recipient.reportsSeen.length >= maxReports && !decides)) {
    return state.duplicates >= maxDuplicates ? [] : conclude(state, [duplicate(state, command)]);
  }
  return conclude(state, [news(state, recipient, command, { happenedAt, stands })]);
}

function duplicate(state: MmsState, command: ReceiveReport): MmsEvent {
  return {
    type: 'DuplicateReceived',
    of: command.about.kind === 'read' ? 'read-report' : 'delivery-report',
    pdu: command.pdu,
    answer: planAnswer(command.moment, command.answer, nextAnswer(state), { code: 'Ok' }),
  };
}

function news(
  state: MmsState,
  recipient: Recipient,
  command: ReceiveReport,
  { happenedAt, stands }: Pick<Delivered, 'happenedAt' | 'stands'>,
): MmsEvent {
  const { moment, about } = command;
  const content = { ...about, ...(command.text === undefined ? {} : { text: command.text }), happenedAt };
  return statusEvent(about, {
    recipient: command.recipient,
    happenedAt,
    stands,
    source: sourceOf(command),
    answer: planAnswer(moment, command.answer, nextAnswer(state), { code: 'Ok' }),
    relay: stands ? planRelay(state, recipient, content, moment) : null,
  });
}

function sourceOf({ about, pdu, rawStatus, text }: ReceiveReport): ReportSource {
  const extension =
    about.kind === 'read' || about.extension === undefined ? {} : { extension: about.extension };
  return { kind: 'partner', pdu, rawStatus, ...extension, ...(text === undefined ? {} : { text }) };
}

function statusEvent(about: ReceiveReport['about'], facts: Omit<Delivered, 'type'>): MmsEvent {
  if (about.kind === 'read') return { type: 'ReadReported', status: about.status, ...facts };
  switch (about.status) {
    case 'Retrieved':
      return { type: 'Delivered', ...facts };
    case 'Deferred':
    case 'Forwarded':
      return { type: 'DeliveryDeferred', status: about.status, ...facts };
    case 'Expired':
    case 'Rejected':
    case 'Unrecognised':
    case 'Indeterminate':
      return { type: 'DeliveryFailed', status: about.status, by: refusedBy(about.extension), ...facts };
  }
}

/** X-Mms-MM-Status-Extension says whether the user or the system refused (protocol reference 2.3). */
function refusedBy(extension: string | undefined): 'user' | 'partner' {
  return extension?.toLowerCase().includes('recipient') === true ? 'user' : 'partner';
}

const isInterim = (status: MmStatus): boolean => status === 'Deferred' || status === 'Forwarded';

/** Precedence of reports on one recipient (protocol reference 2.2). */
function outranks(status: MmStatus, happenedAt: number, known: DeliveryStatus): boolean {
  switch (known.kind) {
    case 'pending':
      return true;
    case 'interim':
      return !isInterim(status) || happenedAt >= known.happenedAt;
    case 'failed':
      if (status === 'Retrieved') return true;
      // Final only as long as nobody knows better.
      return known.status === 'Indeterminate' && status !== 'Indeterminate' && !isInterim(status);
    case 'delivered':
      return false;
  }
}

// ---------------------------------------------------------------- what becomes of a report we relay

export type RelayResult =
  | {
      readonly kind: 'sent';
      readonly reply: SmtpReply;
      readonly peer: PeerEvidence;
      readonly ackUntil: number;
    }
  | { readonly kind: 'deferred'; readonly why: Refusal; readonly nextAttemptAt: number }
  | { readonly kind: 'refused'; readonly why: Refusal };

/** Records a try at relaying a report. Nothing, if it was settled or recorded meanwhile. */
export function finishRelay(state: MmsState, number: number, result: RelayResult): readonly MmsEvent[] {
  const report = state.reports.find(({ plan }) => plan.report === number);
  if (report?.stage.kind !== 'owed') return [];
  if (result.kind === 'deferred' && result.nextAttemptAt === report.stage.at) return [];
  return conclude(state, [relayEvent(report, result)]);
}

function relayEvent({ plan, recipient }: Report, result: RelayResult): MmsEvent {
  const { report } = plan;
  switch (result.kind) {
    case 'sent':
      return {
        type: 'ReportRelayed',
        report,
        recipient,
        reply: result.reply,
        peer: result.peer,
        ackUntil: plan.requestAck ? result.ackUntil : null,
      };
    case 'deferred':
      return { type: 'ReportDeferred', report, why: result.why, nextAttemptAt: result.nextAttemptAt };
    case 'refused':
      return { type: 'ReportAbandoned', report, why: result.why };
  }
}

export interface ReceiveReportAck {
  readonly report: number;
  readonly pdu: PduEvidence;
  readonly status: ResStatus;
  readonly text?: string;
  readonly nextAttemptAt: number;
  readonly now: number;
}

/** The originator's RES to a relayed report. A transient refusal is tried again; any other answer ends it, and the first stands. */
export function receiveReportAck(state: MmsState, command: ReceiveReportAck): readonly MmsEvent[] {
  const report = state.reports.find(({ plan }) => plan.report === command.report);
  if (report === undefined) return [];
  const { status, text, nextAttemptAt } = command;
  const isTransient = status.class === 'transient';
  const mark = markOf(report, status);
  const standsAsFirst = report.res === null && !isTransient;
  if (mark !== undefined && !standsAsFirst && report.repeatedRes >= maxRepeatedRes) return [];
  const received: MmsEvent = {
    type: 'ReportAckReceived',
    report: command.report,
    status,
    ...(text === undefined ? {} : { text }),
    ...(mark === undefined ? {} : { mark }),
    pdu: command.pdu,
  };
  const again: MmsEvent = {
    type: 'ReportDeferred',
    report: command.report,
    why: { by: 'partner', text: text ?? status.code },
    nextAttemptAt,
  };
  const isDeferred = isTransient && mark === undefined && report.plan.until > nextAttemptAt;
  return conclude(state, isDeferred ? [received, again] : [received]);
}

function markOf({ stage, res, refusedForNow }: Report, status: ResStatus): AckMark | undefined {
  if (res !== null) return res === status.code ? 'second' : 'contradicting';
  if (status.class === 'transient' && refusedForNow) return 'second';
  switch (stage.kind) {
    case 'owed':
      return 'early';
    case 'done':
      return 'late';
    case 'awaiting-ack':
      return undefined;
  }
}
