import * as E from 'fp-ts/lib/Either.js';

import type { DeliveryReportReq, ReadReportReq } from '../../domain/mm4/pdu.ts';
import { matchReport } from '../../domain/mm4/report-match.ts';
import { receiveReport } from '../../domain/mms/decide/report.ts';
import { streamOf, uidOf } from '../../domain/mms/ids.ts';
import { isFinal, type MmsState, type Recipient } from '../../domain/mms/state.ts';
import type { SmtpReply } from '../../domain/ports.ts';
import { homeOfAlias } from '../aliases.ts';
import type { Context } from '../context.ts';
import type { Desk } from './desk.ts';
import { momentFor } from '../moment.ts';
import type { Incoming } from './accept.ts';
import { answerRequestOf, evidenceOf, mayAnswerFor } from './evidence.ts';
import { taken, unable, type KeptContent } from './intake.ts';
import { keepOrphan } from './orphan.ts';

type ReportPdu = DeliveryReportReq | ReadReportReq;

/** The recipient a report is about, and the stream it lives in. */
interface Subject {
  readonly stream: string;
  readonly recipient: string;
}

/** A delivery or read-reply report: recorded with its message, relayed from there, answered if it asked. */
export async function acceptReport(desk: Desk, incoming: Incoming<ReportPdu>): Promise<SmtpReply> {
  const { context } = desk;
  const kept = await incoming.arrival.keep();
  if (E.isLeft(kept)) return unable;
  const subject = await find(desk, incoming);
  if (E.isLeft(subject)) return unable;
  if (subject.right !== null) return record(desk, incoming, kept.right, subject.right);
  return keepOrphan(desk, incoming, kept.right, {
    why: 'no message of that id and recipient was sent to this partner',
    concerns: null,
    answer: answerRequestOf(context, incoming, resTypeOf(incoming.pdu)),
    status: 'Error-message-not-found',
  });
}

/** By Message-ID, else by the partner's own name for the message; there the oldest variant that still awaits this report. */
async function find(desk: Desk, incoming: Incoming<ReportPdu>): Promise<E.Either<unknown, Subject | null>> {
  const { context, messages } = desk;
  const id = incoming.pdu.messageId?.normal;
  if (id === undefined) return E.right(null);
  const home = streamOf(uidOf(id));
  const loaded = await messages.load(home);
  if (E.isLeft(loaded)) return loaded;
  if (loaded.right.state.intakes.length > 0) return findAmong(desk, incoming, home, loaded.right.state);
  const alias = await homeOfAlias(context, incoming.arrival.visitor.identity.partner.name, id);
  if (E.isLeft(alias)) return alias;
  if (alias.right === null) return E.right(null);
  const aliased = await messages.load(alias.right);
  return E.isLeft(aliased) ? aliased : findAmong(desk, incoming, alias.right, aliased.right.state);
}

async function findAmong(
  desk: Desk,
  incoming: Incoming<ReportPdu>,
  home: string,
  state: MmsState,
): Promise<E.Either<unknown, Subject | null>> {
  const { context, messages } = desk;
  let settled: Subject | null = null;
  for (const stream of [home, ...state.variants.map(({ uid }) => streamOf(uid))]) {
    const loaded = stream === home ? E.right({ state }) : await messages.load(stream);
    if (E.isLeft(loaded)) return loaded;
    const recipient = reportedRecipient(context, loaded.right.state, incoming);
    if (recipient === null) continue;
    const subject = { stream, recipient: recipient.address };
    if (!hasFinal(recipient, incoming.pdu)) return E.right(subject);
    settled ??= subject;
  }
  return E.right(settled);
}

/** A recipient on a leg to the reporting partner, whichever header names it (reference 3.4). */
function reportedRecipient(
  context: Context,
  state: MmsState,
  { pdu, arrival }: Incoming<ReportPdu>,
): Recipient | null {
  const from = arrival.visitor.identity.partner.name;
  const sentThere = state.legs
    .filter((leg) => mayAnswerFor(context.routes, leg.partner, from))
    .flatMap((leg) => leg.recipients);
  const match = matchReport(pdu, sentThere);
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

async function record(
  desk: Desk,
  incoming: Incoming<ReportPdu>,
  content: KeptContent,
  { stream, recipient }: Subject,
): Promise<SmtpReply> {
  const { context, messages } = desk;
  const { pdu } = incoming;
  const moment = momentFor(context, stream);
  const evidence = evidenceOf(incoming, content.head);
  const command = {
    moment,
    recipient,
    pdu: evidence,
    about: aboutOf(pdu),
    rawStatus: pdu.status.raw,
    ...(pdu.status.text === undefined ? {} : { text: pdu.status.text }),
    answer: answerRequestOf(context, incoming, resTypeOf(pdu)),
  };
  const transacted = await messages.transact(stream, (state) => receiveReport(state, command), {
    correlation: moment.uid,
    causation: evidence.sha256,
    actor: 'smtp-in',
    occurredAt: moment.now,
  });
  return E.isRight(transacted) ? taken : unable;
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

function resTypeOf(pdu: ReportPdu): string {
  return pdu.kind === 'MM4_read_reply_report.REQ' ? 'MM4_read_reply_report.RES' : 'MM4_delivery_report.RES';
}
