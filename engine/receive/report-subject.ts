import * as E from 'fp-ts/lib/Either.js';

import type { DeliveryReportReq, ReadReportReq } from '../../domain/mm4/pdu.ts';
import { matchReport } from '../../domain/mm4/report-match.ts';
import { receiveReport } from '../../domain/mms/decide/report.ts';
import type { PduEvidence } from '../../domain/mms/events.ts';
import { streamOf, uidOf } from '../../domain/mms/ids.ts';
import type { AnswerRequest } from '../../domain/mms/plans.ts';
import { isFinal, type MmsState, type Recipient } from '../../domain/mms/state.ts';
import { homeOfAlias } from '../aliases.ts';
import type { Context } from '../context.ts';
import type { TransactFailure, Transacted } from '../messages.ts';
import { momentFor } from '../moment.ts';
import type { Desk } from './desk.ts';
import { mayAnswerFor } from './evidence.ts';

export type ReportPdu = DeliveryReportReq | ReadReportReq;

/** The recipient a report is about, and the stream it lives in. */
export interface Subject {
  readonly stream: string;
  readonly recipient: string;
}

/** By Message-ID, else by the partner's own name for the message; there the oldest variant that still awaits this report. */
export async function findSubject(
  desk: Desk,
  partner: string,
  pdu: ReportPdu,
): Promise<E.Either<unknown, Subject | null>> {
  const { context, messages } = desk;
  const id = pdu.messageId?.normal;
  if (id === undefined) return E.right(null);
  const home = streamOf(uidOf(id));
  const loaded = await messages.load(home);
  if (E.isLeft(loaded)) return loaded;
  const recipientIn = (state: MmsState): Recipient | null => reportedRecipient(context, state, partner, pdu);
  if (loaded.right.state.intakes.length > 0) return findAmong(desk, home, pdu, recipientIn);
  const alias = await homeOfAlias(context, partner, id);
  if (E.isLeft(alias)) return alias;
  return alias.right === null ? E.right(null) : findAmong(desk, alias.right, pdu, recipientIn);
}

async function findAmong(
  { messages }: Desk,
  home: string,
  pdu: ReportPdu,
  recipientIn: (state: MmsState) => Recipient | null,
): Promise<E.Either<unknown, Subject | null>> {
  const base = await messages.load(home);
  if (E.isLeft(base)) return base;
  let settled: Subject | null = null;
  for (const stream of [home, ...base.right.state.variants.map(({ uid }) => streamOf(uid))]) {
    const loaded = await messages.load(stream);
    if (E.isLeft(loaded)) return loaded;
    const recipient = recipientIn(loaded.right.state);
    if (recipient === null) continue;
    const subject = { stream, recipient: recipient.address };
    if (!hasFinal(recipient, pdu)) return E.right(subject);
    settled ??= subject;
  }
  return E.right(settled);
}

/** A recipient on a leg to the reporting partner, whichever header names it (reference 3.4). */
function reportedRecipient(
  context: Context,
  state: MmsState,
  from: string,
  pdu: ReportPdu,
): Recipient | null {
  const sentThere = state.legs
    .filter((leg) => mayAnswerFor(context.routes, leg.partner, from))
    .flatMap((leg) => leg.recipients);
  return recipientNamed(state, pdu, sentThere);
}

/** The one of `candidates` that a report is about. */
export function recipientNamed(
  state: MmsState,
  pdu: ReportPdu,
  candidates: readonly string[],
): Recipient | null {
  const match = matchReport(pdu, candidates);
  if (match === null) return null;
  const { value } = match.recipient;
  return (
    [...state.recipients.values()].find(({ address }) => address.toLowerCase() === value.toLowerCase()) ??
    null
  );
}

function hasFinal(recipient: Recipient, pdu: ReportPdu): boolean {
  return pdu.kind === 'MM4_read_reply_report.REQ' ? recipient.read : isFinal(recipient.delivery);
}

/** A report with what it was sent with. */
export interface ReportIn {
  readonly pdu: ReportPdu;
  readonly evidence: PduEvidence;
  /** The RES it asked for; null also where it has been answered before. */
  readonly answer: AnswerRequest | null;
}

export async function recordReport(
  { context, messages }: Desk,
  { stream, recipient }: Subject,
  { pdu, evidence, answer }: ReportIn,
): Promise<E.Either<TransactFailure, Transacted>> {
  const moment = momentFor(context, stream);
  const command = {
    moment,
    recipient,
    pdu: evidence,
    about: aboutOf(pdu),
    rawStatus: pdu.status.raw,
    ...(pdu.status.text === undefined ? {} : { text: pdu.status.text }),
    answer,
  };
  return messages.transact(stream, (state) => receiveReport(state, command), {
    correlation: moment.uid,
    causation: evidence.sha256,
    actor: 'smtp-in',
    occurredAt: moment.now,
  });
}

function aboutOf(pdu: ReportPdu): Parameters<typeof receiveReport>[1]['about'] {
  if (pdu.kind === 'MM4_read_reply_report.REQ') return { kind: 'read', status: pdu.status.readStatus };
  const { mmStatus, extension, forwardToOriginatorUA } = pdu.status;
  return {
    kind: 'delivery',
    status: mmStatus,
    ...(extension === undefined ? {} : { extension }),
    ...(forwardToOriginatorUA === undefined ? {} : { toOriginatorUA: forwardToOriginatorUA }),
  };
}
