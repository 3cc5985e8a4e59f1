import * as E from 'fp-ts/lib/Either.js';

import type { SmtpReply } from '../../domain/ports.ts';
import type { Incoming } from './accept.ts';
import { keepUntilNamed } from './attach.ts';
import type { Desk } from './desk.ts';
import { answerRequestOf, evidenceOf } from './evidence.ts';
import { taken, unable } from './intake.ts';
import { keepOrphan } from './orphan.ts';
import { findSubject, recordReport, type ReportPdu } from './report-subject.ts';

/** A delivery or read-reply report: recorded with its message, relayed from there, answered if it asked. */
export async function acceptReport(desk: Desk, incoming: Incoming<ReportPdu>): Promise<SmtpReply> {
  const { context } = desk;
  const { pdu, arrival } = incoming;
  const { partner } = arrival.visitor.identity;
  const subject = await findSubject(desk, partner.name, pdu);
  if (E.isLeft(subject)) return unable;
  const answer = answerRequestOf(context, incoming, resTypeOf(pdu));
  if (subject.right !== null) {
    const kept = await arrival.keep();
    if (E.isLeft(kept)) return unable;
    const evidence = evidenceOf(incoming, kept.right.head);
    const recorded = await recordReport(desk, subject.right, { pdu, evidence, answer });
    if (E.isLeft(recorded)) return unable;
    context.meters.accepted(partner.name, pdu.kind);
    const isRepeat = recorded.right.events.some(({ type }) => type === 'DuplicateReceived');
    if (isRepeat) context.meters.repeated(partner.name, pdu.kind);
    return taken;
  }
  const verdict = {
    why: 'no message of that id and recipient was sent to this partner',
    concerns: null,
    answer,
    status: 'Error-message-not-found',
  } as const;
  return partner.dialect.renamesIds
    ? keepUntilNamed(desk, incoming, verdict)
    : keepOrphan(desk, incoming, verdict);
}

function resTypeOf(pdu: ReportPdu): string {
  return pdu.kind === 'MM4_read_reply_report.REQ' ? 'MM4_read_reply_report.RES' : 'MM4_delivery_report.RES';
}
