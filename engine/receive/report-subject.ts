import * as E from 'fp-ts/lib/Either.js';

import type { DeliveryReportReq, ReadReportReq } from '../../domain/mm4/pdu.ts';
import { matchNamed, matchReport } from '../../domain/mm4/report-match.ts';
import { receiveReport } from '../../domain/mms/decide/report.ts';
import type { PduEvidence } from '../../domain/mms/events.ts';
import { streamOf, uidOf } from '../../domain/mms/ids.ts';
import type { AnswerRequest } from '../../domain/mms/plans.ts';
import { isFinal, recipientOf, type MmsState, type Recipient } from '../../domain/mms/state.ts';
import { homeOfAlias } from '../aliases.ts';
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

/** By Message-ID, else by the partner's own name for the message, among the recipients that were sent to that partner. */
export async function findSubject(
  desk: Desk,
  partner: string,
  pdu: ReportPdu,
): Promise<E.Either<unknown, Subject | null>> {
  const id = pdu.messageId?.normal;
  if (id === undefined) return E.right(null);
  const { routes } = desk.context;
  // Who was never sent it, since it was rerouted before, cannot report on it.
  const sentThere = ({ legs }: MmsState): readonly string[] =>
    legs
      .filter((leg) => leg.attempts > 0 && mayAnswerFor(routes, leg.partner, partner))
      .flatMap(({ recipients }) => recipients);
  const known = await variantsOf(desk, id);
  if (E.isLeft(known)) return known;
  if (known.right.size > 0) return E.right(subjectAmong(known.right, sentThere, pdu));
  const alias = await homeOfAlias(desk.context, partner, id);
  if (E.isLeft(alias)) return alias;
  return alias.right === null ? E.right(null) : underName(desk, alias.right, sentThere, pdu);
}

/**
 * A partner's own name stands for the variant that it was learned for; for another one only where the report names a recipient of that:
 * a partner may give two PDUs under one id one name.
 */
async function underName(
  desk: Desk,
  stream: string,
  sentThere: (state: MmsState) => readonly string[],
  pdu: ReportPdu,
): Promise<E.Either<unknown, Subject | null>> {
  const named = await desk.messages.load(stream);
  if (E.isLeft(named)) return named;
  const { state } = named.right;
  const all = await variantsOf(desk, state.intakes[0]?.messageId.normal ?? '');
  if (E.isLeft(all)) return all;
  const others = new Map([...all.right].filter(([name]) => name !== stream));
  const own = subjectAmong(new Map([[stream, state]]), sentThere, pdu, matchReport, recipientsOf(others));
  return E.right(own ?? subjectAmong(others, sentThere, pdu, matchNamed));
}

/** All messages under one id, the oldest first; none: it is no id that we know. */
async function variantsOf({ messages }: Desk, id: string): Promise<E.Either<unknown, States>> {
  const states = new Map<string, MmsState>();
  const waiting = [streamOf(uidOf(id))];
  for (const stream of waiting) {
    const loaded = await messages.load(stream);
    if (E.isLeft(loaded)) return loaded;
    const { state } = loaded.right;
    if (state.intakes.length === 0) continue;
    states.set(stream, state);
    waiting.push(...state.variants.map(({ uid }) => streamOf(uid)));
  }
  return E.right(states);
}

type States = ReadonlyMap<string, MmsState>;

/**
 * The recipient that a report is about, in the oldest of these messages that still awaits it, or else could have.
 *
 * @param reportable the recipients of a message that the reporter may report on
 * @param others who else has it, under any variant of its id
 */
export function subjectAmong(
  states: States,
  reportable: (state: MmsState) => readonly string[],
  pdu: ReportPdu,
  match: typeof matchReport = matchReport,
  others: readonly string[] = [],
): Subject | null {
  const candidates = new Set([...states.values()].flatMap(reportable));
  const rest = [...recipientsOf(states), ...others].filter((address) => !candidates.has(address));
  const value = match(pdu, [...candidates], rest)?.recipient.value.toLowerCase();
  const subjects = [...states].flatMap(([stream, state]) =>
    reportable(state)
      .filter((address) => address.toLowerCase() === value)
      .map((address) => ({ stream, recipient: recipientOf(state, address) })),
  );
  const found = subjects.find(({ recipient }) => !hasFinal(recipient, pdu)) ?? subjects[0];
  return found === undefined ? null : { stream: found.stream, recipient: found.recipient.address };
}

function recipientsOf(states: States): readonly string[] {
  return [...states.values()].flatMap(({ recipients }) => [...recipients.keys()]);
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
