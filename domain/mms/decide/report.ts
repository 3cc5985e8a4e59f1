import type { MmStatus, ReadStatus } from '../../mm4/pdu.ts';
import type { SmtpReply } from '../../ports.ts';
import type {
  AckMark,
  MmsEvent,
  PduEvidence,
  PeerEvidence,
  Refusal,
  ReportSource,
  ResStatus,
} from '../events.ts';
import { nextAnswer, planAnswer, planRelay, type AnswerRequest, type Moment } from '../plans.ts';
import { recipientOf, reportIdentity, type DeliveryStatus, type MmsState, type Report } from '../state.ts';
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

/** Reports on one recipient that a stream takes; a partner that sends more is answered and counted. */
const maxReports = 32;

export function receiveReport(state: MmsState, command: ReceiveReport): readonly MmsEvent[] {
  const recipient = recipientOf(state, command.recipient);
  const identity = reportIdentity(command.about.status, command.pdu.date);
  if (recipient.reportsSeen.includes(identity) || recipient.reportsSeen.length >= maxReports) {
    return state.duplicates >= maxDuplicates ? [] : conclude(state, [duplicate(state, command)]);
  }
  return conclude(state, [news(state, command)]);
}

function duplicate(state: MmsState, command: ReceiveReport): MmsEvent {
  return {
    type: 'DuplicateReceived',
    of: command.about.kind === 'read' ? 'read-report' : 'delivery-report',
    pdu: command.pdu,
    answer: planAnswer(command.moment, command.answer, nextAnswer(state), { code: 'Ok' }),
  };
}

function news(state: MmsState, command: ReceiveReport): MmsEvent {
  const { moment, about, pdu } = command;
  const recipient = recipientOf(state, command.recipient);
  const stands = about.kind === 'read' ? !recipient.read : outranks(about.status, recipient.delivery);
  const happenedAt = pdu.date ?? moment.now;
  const text = command.text === undefined ? {} : { text: command.text };
  const extension =
    about.kind === 'read' || about.extension === undefined ? {} : { extension: about.extension };
  const source: ReportSource = { kind: 'partner', pdu, rawStatus: command.rawStatus, ...extension, ...text };
  const facts = {
    recipient: command.recipient,
    happenedAt,
    stands,
    source,
    answer: planAnswer(moment, command.answer, nextAnswer(state), { code: 'Ok' }),
    relay: stands ? planRelay(state, recipient, { ...about, ...text, happenedAt }, moment) : null,
  };
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

/** Precedence of reports on one recipient (protocol reference 2.2). */
function outranks(status: MmStatus, known: DeliveryStatus): boolean {
  switch (known.kind) {
    case 'pending':
    case 'interim':
      return true;
    case 'failed':
      return status === 'Retrieved';
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

/** Records a try at relaying a report. Nothing, if it was settled meanwhile. */
export function finishRelay(state: MmsState, number: number, result: RelayResult): readonly MmsEvent[] {
  const report = state.reports.find(({ plan }) => plan.report === number);
  if (report?.stage.kind !== 'owed') return [];
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

/** The originator's RES to a relayed report. A transient refusal is tried again; any other answer ends it. */
export function receiveReportAck(state: MmsState, command: ReceiveReportAck): readonly MmsEvent[] {
  const report = state.reports.find(({ plan }) => plan.report === command.report);
  if (report === undefined) return [];
  const mark: AckMark | undefined =
    report.stage.kind === 'done' ? 'late' : report.stage.kind === 'owed' ? 'early' : undefined;
  const received: MmsEvent = {
    type: 'ReportAckReceived',
    report: command.report,
    status: command.status,
    ...(command.text === undefined ? {} : { text: command.text }),
    ...(mark === undefined ? {} : { mark }),
    pdu: command.pdu,
  };
  const again: readonly MmsEvent[] =
    command.status.class === 'transient' && mark === undefined && report.plan.until > command.nextAttemptAt
      ? [
          {
            type: 'ReportDeferred',
            report: command.report,
            why: { by: 'partner', text: command.text ?? command.status.code },
            nextAttemptAt: command.nextAttemptAt,
          },
        ]
      : [];
  return conclude(state, [received, ...again]);
}
