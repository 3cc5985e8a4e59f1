import * as E from 'fp-ts/lib/Either.js';

import { parseAddress } from '../../domain/mm4/address.ts';
import { composeForward } from '../../domain/mm4/compose.ts';
import { decodePdu } from '../../domain/mm4/decode.ts';
import { pduReader, type PduRead } from '../../domain/mm4/pdu-reader.ts';
import type { Address, ForwardReq } from '../../domain/mm4/pdu.ts';
import { renderAddress } from '../../domain/mm4/render-address.ts';
import type { Receive } from '../../domain/mms/decide/receive.ts';
import { decideSubmit } from '../../domain/mms/decide/submit.ts';
import { ownSubscribers } from '../../domain/mms/facts.ts';
import { streamOf, submissionId, uidOf } from '../../domain/mms/ids.ts';
import { sha256 } from '../../domain/hash.ts';
import type { ContentFailure, ContentRef } from '../../domain/ports.ts';
import { findMasks } from '../../domain/routing/masks.ts';
import type { Context } from '../context.ts';
import type { Messages } from '../messages.ts';
import { momentFor, ourDomain } from '../moment.ts';
import { ourVersion } from '../receive/evidence.ts';
import { expiryOf, waysOf } from '../receive/ways.ts';
import type { HandsetProblem, Submission, Submitted } from './handsets.ts';
import { problem, recipientViews, viewOf } from './views.ts';

/**
 * A message of an own subscriber becomes what a partner's MMSC would have sent us, header block and all, and from there on is a
 * message like any other. It is durable when this answers.
 */
export async function submit(
  context: Context,
  messages: Messages,
  submission: Submission,
): Promise<E.Either<HandsetProblem, Submitted>> {
  const recipients = submission.to.map((text) => parseAddress(text));
  const wrong = whatIsWrong(context, submission, recipients);
  if (wrong !== null) return E.left(wrong);
  const { number } = submission.from;
  const local = submission.key === null ? context.randomness.uuid() : submissionId(number, submission.key);
  const messageId = `${local}@${ourDomain(context)}`;
  const uid = uidOf(messageId);
  const before = await messages.load(streamOf(uid));
  if (E.isLeft(before)) return E.left(unavailable(before.left.message));
  if (before.right.state.intakes.length > 0) return answer(context, uid, submission, false);
  const mail = compose(context, submission, recipients, messageId);
  const kept = await keep(context, mail.read, mail.body);
  if (E.isLeft(kept)) return E.left(unavailable(kept.left.message));
  const command = receiveCommand(context, submission, mail, kept.right, uid);
  let fresh = false;
  const transacted = await messages.transact(
    streamOf(uid),
    (state) => {
      const decided = decideSubmit(state, command);
      fresh = decided.kind === 'taken';
      return decided.kind === 'taken' ? decided.events : [];
    },
    { correlation: uid, causation: messageId, actor: 'handset', occurredAt: command.moment.now },
    { assumeNew: true },
  );
  if (E.isLeft(transacted)) return E.left(unavailable(transacted.left.message));
  return answer(context, uid, submission, fresh);
}

async function answer(
  context: Context,
  uid: string,
  submission: Submission,
  fresh: boolean,
): Promise<E.Either<HandsetProblem, Submitted>> {
  const view = await viewOf(context, uid);
  if (E.isLeft(view)) return view;
  if (view.right?.received.submission !== digestOf(submission)) {
    return E.left(problem('conflict', 'this key was used for another message: take a new one'));
  }
  const { messageId, expiresAt } = view.right.received;
  return E.right({
    uid,
    messageId: messageId.normal,
    expiresAt,
    recipients: recipientViews(view.right),
    fresh,
  });
}

function whatIsWrong(
  context: Context,
  { from, parts }: Submission,
  recipients: readonly Address[],
): HandsetProblem | null {
  const { limits } = context.configuration;
  const size = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (findMasks(context.routes.own, from.number).length === 0) {
    return problem('not-allowed', `${from.number} is no subscriber of ours (subscribers.masks)`);
  }
  if (parts.length === 0) return problem('malformed', 'a message has at least one part');
  if (recipients.length === 0) return problem('malformed', 'a message has at least one recipient');
  if (recipients.length > limits.recipients) {
    return problem('malformed', `${limits.recipients} recipients at most (limits.recipients)`);
  }
  const malformed = recipients.find(({ kind }) => !['plmn', 'shortcode', 'email'].includes(kind));
  if (malformed !== undefined) {
    return problem('malformed', `"${malformed.raw}" is no recipient: write +447700900123 or a mailbox`);
  }
  return size > limits.decodedContent
    ? problem('too-big', `${size} octets; ${limits.decodedContent} at most (limits.decodedContent)`)
    : null;
}

interface ComposedMail {
  readonly read: PduRead;
  readonly body: Uint8Array;
  readonly pdu: ForwardReq;
  readonly rcptTo: readonly string[];
}

function compose(
  context: Context,
  submission: Submission,
  recipients: readonly Address[],
  messageId: string,
): ComposedMail {
  const domain = ourDomain(context);
  const now = context.clock.now();
  const [local = ''] = messageId.split('@');
  const from = `${submission.from.number}/TYPE=PLMN@${domain}`;
  const rcptTo = recipients.map(({ value, kind }) => renderAddress({ address: value, kind }, domain));
  const mail = composeForward({
    parts: submission.parts,
    from,
    to: rcptTo,
    ...(submission.subject === '' ? {} : { subject: submission.subject }),
    transactionId: local,
    messageId,
    rfcMessageId: `<${local}.mail@${domain}>`,
    systemAddress: context.configuration.node.systemAddress,
    date: now,
    version: ourVersion,
    requestAck: false,
    deliveryReport: submission.deliveryReport,
    readReply: submission.readReply,
    priority: submission.priority,
    messageClass: submission.messageClass,
    expiresAt: now + (submission.expiresIn ?? context.configuration.limits.expiry),
    boundary: `mm4-${local}`,
  });
  const reader = pduReader({ headerBytes: mail.length });
  const body = reader.push(mail);
  const read = reader.end();
  const envelope = { mailFrom: from, rcptTo };
  const pdu = decodePdu({ fields: read.fields, mime: read.mime, envelope, arrivedAt: now, strict: true });
  if (pdu.kind !== 'MM4_forward.REQ' || pdu.errors.length > 0) {
    throw new Error(`we composed what we do not read: ${pdu.errors.join(', ')}`);
  }
  return { read, body, pdu, rcptTo };
}

async function keep(
  context: Context,
  read: PduRead,
  body: Uint8Array,
): Promise<E.Either<ContentFailure, { readonly head: ContentRef; readonly body: ContentRef }>> {
  const writers = { head: context.content.begin('head'), body: context.content.begin('body') };
  writers.head.write(read.head);
  writers.body.write(body);
  const [headKept, bodyKept] = await Promise.all([writers.head.keep()(), writers.body.keep()()]);
  if (E.isLeft(headKept)) return headKept;
  return E.map((ref: ContentRef) => ({ head: headKept.right, body: ref }))(bodyKept);
}

function receiveCommand(
  context: Context,
  submission: Submission,
  { read, pdu, rcptTo }: ComposedMail,
  content: { readonly head: ContentRef; readonly body: ContentRef },
  uid: string,
): Receive {
  const moment = momentFor(context, streamOf(uid));
  const { number, gateway, address } = submission.from;
  const from = { partner: ownSubscribers, account: gateway };
  const id = pdu.messageId ?? { raw: null, normal: '' };
  return {
    moment,
    evidence: {
      from,
      address,
      transactionId: null,
      rfcMessageId: pdu.rfcMessageId,
      date: pdu.date,
      sha256: sha256(read.head, read.bodySha256),
      head: content.head,
    },
    recipients: waysOf(context, { pdu, rcptTo, cameFrom: null }, moment.now),
    answer: null,
    pdu: {
      from,
      messageId: id,
      transactionId: pdu.transactionId ?? id,
      rfcMessageId: pdu.rfcMessageId,
      version: pdu.version?.raw ?? null,
      envelope: { mailFrom: pdu.from?.raw ?? '', rcptTo },
      sender: { address: number, kind: 'plmn', raw: pdu.from?.raw ?? number },
      flags: pdu.flags,
      submittedAt: pdu.date,
      expiresAt: expiryOf(context, pdu, moment.now),
      parts: pdu.parts.map(({ type, size, sha256: digest }) => ({ type, size, sha256: digest })),
      size: { wire: read.wireSize, body: read.bodySize, decoded: read.mime.decodedSize },
      bodySha256: read.bodySha256,
      eightBit: read.eightBit,
      content: content.body,
      head: content.head,
      session: { address, ehlo: gateway },
      warnings: pdu.warnings,
      reportsTo: null,
      submission: digestOf(submission),
    },
  };
}

/** Of everything the client said, so that a key stands for one message only. */
function digestOf(submission: Submission): string {
  const { from, to, subject, parts, deliveryReport, readReply, priority, messageClass, expiresIn } =
    submission;
  const said = {
    number: from.number,
    to,
    subject,
    deliveryReport,
    readReply,
    priority,
    messageClass,
    expiresIn,
  };
  const content = parts.map(({ type, name, bytes }) => [type, name, sha256(bytes)]);
  return sha256(JSON.stringify({ ...said, content }));
}

const unavailable = (message: string): HandsetProblem => problem('unavailable', message);
