import type { MmStatus, ReadStatus, RequestStatus } from '../mm4/pdu.ts';
import type { AnswerPlan, RelayPlan } from './events.ts';
import { ourTransactionId } from './ids.ts';
import { intakeOf, type MmsState, type Recipient } from './state.ts';

/** What a decision may not find out by itself: the time, chance, and who we are. */
export interface Moment {
  readonly now: number;
  /** At least 8 characters of [a-z2-7], new for each command. */
  readonly nonce: string;
  /** Our first domain: it stands in the Message-IDs of our mails. */
  readonly domain: string;
  readonly uid: string;
}

const hour = 3_600_000;
/** Deadlines of protocol reference 5.5: after four hours the peer has timed out anyway. */
export const answerDeadline = 4 * hour;
export const reportDeadline = 72 * hour;

/** What a REQ says about the RES it wants; null when it wants none, or none can be sent. */
export interface AnswerRequest {
  readonly pdu: string;
  readonly route: string;
  readonly to: string;
  readonly transactionId: string;
  readonly messageId: string | null;
  readonly version: string;
}

export function planAnswer(
  moment: Moment,
  request: AnswerRequest | null,
  answer: string,
  status: { readonly code: RequestStatus; readonly text?: string },
): AnswerPlan | null {
  if (request === null) return null;
  return {
    ...request,
    answer,
    rfcMessageId: `<${moment.uid}.a${answer}.${moment.nonce.slice(0, 8)}@${moment.domain}>`,
    date: moment.now,
    until: moment.now + answerDeadline,
    status: status.code,
    ...(status.text === undefined ? {} : { text: status.text }),
  };
}

/** The number the next answer of this stream gets: answers are told apart by it. */
export function nextAnswer(state: MmsState): string {
  return String(state.answers.length + 1);
}

export interface ReportContent {
  readonly kind: 'delivery' | 'read';
  readonly status: MmStatus | ReadStatus;
  readonly happenedAt: number;
  readonly text?: string;
  readonly extension?: string;
  readonly toOriginatorUA?: boolean;
}

/** The report we owe the originator about one recipient; null when none was asked for or there is no way back. */
export function planRelay(
  state: MmsState,
  recipient: Recipient,
  content: ReportContent,
  moment: Moment,
): RelayPlan | null {
  const { flags, reportsTo } = intakeOf(state, recipient);
  const wanted =
    content.kind === 'read' ? flags.readReply : flags.deliveryReport || flags.originatorRsDeliveryReport;
  if (!wanted || reportsTo === null) return null;
  const report = state.reports.length + 1;
  return {
    ...reportsTo,
    report,
    kind: content.kind,
    transactionId: ourTransactionId(moment.uid, content.kind, report, moment.nonce),
    rfcMessageId: `<${moment.uid}.r${report}.${moment.nonce.slice(0, 8)}@${moment.domain}>`,
    date: content.happenedAt,
    owedAt: moment.now,
    until: moment.now + reportDeadline,
    status: content.status,
    toOriginatorUA: content.toOriginatorUA ?? flags.deliveryReport,
    ...(content.text === undefined ? {} : { text: content.text }),
    ...(content.extension === undefined ? {} : { extension: content.extension }),
  };
}
