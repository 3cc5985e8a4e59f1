import * as E from 'fp-ts/lib/Either.js';

import { decodePdu } from '../../domain/mm4/decode.ts';
import { pduReader } from '../../domain/mm4/pdu-reader.ts';
import type { Pdu } from '../../domain/mm4/pdu.ts';
import { decodeEvent, decodeMetadata } from '../../domain/mms/codec.ts';
import type { OrphanReceived } from '../../domain/mms/events.ts';
import { streamOf } from '../../domain/mms/ids.ts';
import type { AnswerRequest } from '../../domain/mms/plans.ts';
import type { MmsState } from '../../domain/mms/state.ts';
import { ContentError, type SmtpReply } from '../../domain/ports.ts';
import { ask } from '../ask.ts';
import type { TransactFailure } from '../messages.ts';
import { collect } from '../serve/collect.ts';
import type { Incoming } from './accept.ts';
import type { Desk } from './desk.ts';
import { originOf } from './evidence.ts';
import { taken, unable } from './intake.ts';
import { keepOrphan, type OrphanVerdict } from './orphan.ts';
import { attachRes } from './record-res.ts';
import { findSubject, recordReport, subjectAmong, type ReportPdu, type Subject } from './report-subject.ts';

/** How long the answer to a report waits for the RES that names its message, for a partner that renames ids. */
const patience = 60_000;
const orphansAtMost = 32;

/** A report under an id nobody knows yet, from a partner that renames ids: its RES may be on its way. */
export async function keepUntilNamed(
  desk: Desk,
  incoming: Incoming<ReportPdu>,
  verdict: OrphanVerdict,
): Promise<SmtpReply> {
  const reply = await keepOrphan(desk, incoming, { ...verdict, answerAfter: patience });
  const id = incoming.pdu.messageId?.normal;
  if (reply !== taken || id === undefined) return reply;
  // The RES may have come while this was being kept.
  return (await attachNamed(desk, originOf(incoming).partner, id)) ? taken : unable;
}

/**
 * A partner's own name for a message was learned: reports under it that wait are attached.
 *
 * @returns false: one could not be looked at now. What led here has to come again
 */
export async function attachNamed(desk: Desk, partner: string, id: string): Promise<boolean> {
  const { context } = desk;
  const found = await ask(async () => {
    await context.openWork.whenCaughtUp();
    return context.index.find(id, orphansAtMost);
  });
  if (E.isLeft(found)) return false;
  let settled = true;
  for (const stream of found.right.filter((name) => name.startsWith('orphan-'))) {
    const attached = await attachOrphan(desk, stream, {
      by: `alias of ${partner}`,
      from: partner,
    });
    if (E.isRight(attached)) continue;
    settled &&= !attached.left.forNow;
    context.log.info({ stream, why: attached.left.why }, 'an orphan stays one');
  }
  return settled;
}

export interface Attachment {
  readonly by: string;
  /** The message it belongs to, as an operator says; else it is looked for as if it came now. */
  readonly uid?: string;
  /** Only an orphan of this partner. */
  readonly from?: string;
}

/** Why an orphan stays one. */
export interface NotAttached {
  readonly why: string;
  /** The store cannot be read or written: it may go another time. */
  readonly forNow: boolean;
}

const staysOrphan = (why: string): E.Either<NotAttached, never> => E.left({ why, forNow: false });
const notYet = (why: string): E.Either<NotAttached, never> => E.left({ why, forNow: true });
const unreadable = notYet('the store cannot be read now, try again');

/**
 * Gives an orphan to its message, which then answers it if that is still owed. The message's stream is written first: after a crash
 * in between the partner may hear "not found" besides, and nothing is lost.
 *
 * @returns the stream of the message, or why it cannot be
 */
export function attachOrphan(
  desk: Desk,
  stream: string,
  attachment: Attachment,
): Promise<E.Either<NotAttached, string>> {
  const { attaching } = desk;
  // A RES that comes twice would give it twice, and it would be answered twice.
  const begun = attaching.get(stream);
  if (begun !== undefined) return begun;
  const attached = attach(desk, stream, attachment).finally(() => attaching.delete(stream));
  attaching.set(stream, attached);
  return attached;
}

async function attach(
  desk: Desk,
  stream: string,
  attachment: Attachment,
): Promise<E.Either<NotAttached, string>> {
  const orphan = await readOrphan(desk, stream);
  if (E.isLeft(orphan)) return orphan;
  const { event, pdu, state } = orphan.right;
  const partner = event.pdu.from.partner;
  if (attachment.from !== undefined && attachment.from !== partner)
    return staysOrphan(`it came from ${partner}`);
  if (state.attached) return staysOrphan('it was attached before');
  const owedAnswer = state.answers.find(({ stage }) => stage.kind === 'owed');
  const answer = owedAnswer === undefined ? null : requestOf(owedAnswer.plan);
  const home = await give(desk, event, pdu, attachment, answer);
  if (E.isLeft(home)) return home;
  const settled = await desk.messages.transact(
    stream,
    (current) =>
      current.attached ? [] : [{ type: 'Attached', uid: home.right.slice('mms-'.length), by: attachment.by }],
    {
      correlation: home.right,
      causation: event.pdu.sha256,
      actor: 'engine',
      occurredAt: desk.context.clock.now(),
    },
  );
  return E.isLeft(settled) ? notWritten(settled.left) : home;
}

/** An event that cannot be read, or a broken chain, stays so. */
function notWritten({ kind, message }: TransactFailure): E.Either<NotAttached, never> {
  return kind === 'unreadable' ? staysOrphan(message) : notYet(message);
}

async function give(
  desk: Desk,
  event: OrphanReceived,
  pdu: Pdu,
  { uid }: Attachment,
  answer: AnswerRequest | null,
): Promise<E.Either<NotAttached, string>> {
  switch (pdu.kind) {
    case 'MM4_delivery_report.REQ':
    case 'MM4_read_reply_report.REQ': {
      const { partner } = event.pdu.from;
      const found = await (uid === undefined
        ? findSubject(desk, partner, pdu)
        : subjectIn(desk, streamOf(uid), pdu));
      if (E.isLeft(found)) return unreadable;
      if (found.right === null) return staysOrphan('no recipient of such a message is named in it');
      const recorded = await recordReport(desk, found.right, { pdu, evidence: event.pdu, answer });
      return E.isLeft(recorded) ? notWritten(recorded.left) : E.right(found.right.stream);
    }
    case 'MM4_forward.RES':
      return uid === undefined
        ? staysOrphan('name the message that this RES belongs to')
        : E.mapLeft((why: string) => ({ why, forNow: false }))(await attachRes(desk, pdu, event.pdu, uid));
    default:
      return staysOrphan(`a ${pdu.kind} cannot be attached`);
  }
}

/** An operator knows better than the rules who may report: any recipient that was sent on will do. */
async function subjectIn(
  { messages }: Desk,
  stream: string,
  pdu: ReportPdu,
): Promise<E.Either<unknown, Subject | null>> {
  const loaded = await messages.load(stream);
  if (E.isLeft(loaded)) return loaded;
  const sentOn = ({ recipients }: MmsState): readonly string[] =>
    [...recipients.values()].filter(({ leg }) => leg !== null).map(({ address }) => address);
  return E.right(subjectAmong(new Map([[stream, loaded.right.state]]), sentOn, pdu));
}

interface Orphan {
  readonly event: OrphanReceived;
  readonly pdu: Pdu;
  readonly state: MmsState;
}

async function readOrphan(
  { context, messages }: Desk,
  stream: string,
): Promise<E.Either<NotAttached, Orphan>> {
  const read = await context.store.readStream(stream)();
  const loaded = await messages.load(stream);
  if (E.isLeft(read) || E.isLeft(loaded)) return unreadable;
  const [first] = read.right;
  const event = first === undefined ? null : decodeEvent(first);
  if (first === undefined || event === null || E.isLeft(event) || event.right.type !== 'OrphanReceived') {
    return staysOrphan(`${stream} is no orphan: "mm4 orphans" lists them`);
  }
  const { pdu: evidence, envelope } = event.right;
  try {
    const head = await collect(context.content.read(evidence.head));
    const reader = pduReader({ headerBytes: head.length });
    reader.push(head);
    const { fields, mime } = reader.end();
    const strict = context.routes.partners.get(evidence.from.partner)?.dialect.strict ?? false;
    const { recordedAt } = decodeMetadata(first);
    const pdu = decodePdu({ fields, mime, envelope, arrivedAt: recordedAt, strict });
    return E.right({ event: event.right, pdu, state: loaded.right.state });
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    return E.left({ why: error.message, forNow: error.failure.kind === 'unavailable' });
  }
}

function requestOf(plan: AnswerRequest): AnswerRequest {
  const { route, to, transactionId, messageId, version, pdu } = plan;
  return { pdu, route, to, transactionId, messageId, version };
}
