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
  const recipientIn = (state: MmsState, everybody: readonly string[]): Recipient | null =>
    reportedRecipient(context, state, everybody, partner, pdu);
  if (loaded.right.state.intakes.length > 0) {
    const { variants } = loaded.right.state;
    return findAmong(desk, [home, ...variants.map(({ uid }) => streamOf(uid))], pdu, recipientIn);
  }
  const alias = await homeOfAlias(context, partner, id);
  if (E.isLeft(alias)) return alias;
  // The partner's own name stands for one of the variants alone.
  return alias.right === null ? E.right(null) : findAmong(desk, [alias.right], pdu, recipientIn);
}

async function findAmong(
  { messages }: Desk,
  streams: readonly string[],
  pdu: ReportPdu,
  recipientIn: (state: MmsState, everybody: readonly string[]) => Recipient | null,
): Promise<E.Either<unknown, Subject | null>> {
  const states = new Map<string, MmsState>();
  for (const stream of streams) {
    const loaded = await messages.load(stream);
    if (E.isLeft(loaded)) return loaded;
    states.set(stream, loaded.right.state);
  }
  const everybody = [...states.values()].flatMap(({ recipients }) => [...recipients.keys()]);
  const subjects = [...states].flatMap(([stream, state]) => {
    const recipient = recipientIn(state, everybody);
    return recipient === null ? [] : [{ stream, recipient }];
  });
  const found = subjects.find(({ recipient }) => !hasFinal(recipient, pdu)) ?? subjects[0];
  return E.right(found === undefined ? null : { stream: found.stream, recipient: found.recipient.address });
}

/** A recipient on a leg to the reporting partner, whichever header names it (reference 3.4). */
function reportedRecipient(
  context: Context,
  state: MmsState,
  everybody: readonly string[],
  from: string,
  pdu: ReportPdu,
): Recipient | null {
  const sentThere = state.legs
    .filter((leg) => mayAnswerFor(context.routes, leg.partner, from))
    .flatMap((leg) => leg.recipients);
  return recipientNamed(state, pdu, sentThere, everybody);
}

/** The one of `candidates` that a report is about; `everybody` has, under any variant of its id, the message. */
export function recipientNamed(
  state: MmsState,
  pdu: ReportPdu,
  candidates: readonly string[],
  everybody: readonly string[],
): Recipient | null {
  const others = everybody.filter((address) => !candidates.includes(address));
  const match = matchReport(pdu, candidates, others);
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
