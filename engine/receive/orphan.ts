import * as E from 'fp-ts/lib/Either.js';

import { evidenceStream } from '../../domain/mms/ids.ts';
import { nextAnswer, planAnswer, type AnswerRequest } from '../../domain/mms/plans.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import { maxDuplicates } from '../../domain/mms/decide/receive.ts';
import type { RequestStatus } from '../../domain/mm4/pdu.ts';
import type { SmtpReply } from '../../domain/ports.ts';
import type { Desk } from './desk.ts';
import { momentFor } from '../moment.ts';
import type { Incoming } from './accept.ts';
import { digestOf, evidenceOf, originOf } from './evidence.ts';
import { taken, unable } from './intake.ts';

/** What is said about a PDU that belongs to no message. */
export interface OrphanVerdict {
  readonly why: string;
  /** The message whose transaction id it bore, though its sender may not answer for it. */
  readonly concerns: string | null;
  readonly answer: AnswerRequest | null;
  readonly status: RequestStatus;
  /** The answer is held back for so many ms. */
  readonly answerAfter?: number;
}

/** Keeps a RES or report that fits nothing, and answers it if it asked (a RES is never answered). */
export async function keepOrphan(desk: Desk, incoming: Incoming, verdict: OrphanVerdict): Promise<SmtpReply> {
  const { context, messages } = desk;
  const { partner } = originOf(incoming);
  const tooMany = desk.evidenceLimit.admit(partner);
  if (tooMany !== null) return tooMany;
  const kept = await incoming.arrival.keep();
  if (E.isLeft(kept)) return unable;
  const stream = evidenceStream('orphan', partner, digestOf(incoming));
  const moment = momentFor(context, stream);
  const pdu = evidenceOf(incoming, kept.right.head);
  const { envelope } = incoming.arrival;
  const transacted = await messages.transact(
    stream,
    (state): readonly MmsEvent[] => {
      const answered = { ...moment, now: moment.now + (verdict.answerAfter ?? 0) };
      const answer = planAnswer(answered, verdict.answer, nextAnswer(state), {
        code: verdict.status,
        text: verdict.why,
      });
      if (state.evidence > 0) {
        // The very same bytes again: answered again, not kept twice.
        const of = incoming.pdu.kind === 'MM4_read_reply_report.REQ' ? 'read-report' : 'delivery-report';
        return state.duplicates >= maxDuplicates ? [] : [{ type: 'DuplicateReceived', of, pdu, answer }];
      }
      return [
        {
          type: 'OrphanReceived',
          pduKind: incoming.pdu.kind,
          messageId: incoming.pdu.messageId,
          pdu,
          envelope: { mailFrom: envelope.mailFrom, rcptTo: envelope.rcptTo },
          why: verdict.why,
          concerns: verdict.concerns,
          answer,
        },
      ];
    },
    { correlation: stream, causation: pdu.sha256, actor: 'smtp-in', occurredAt: moment.now },
    { assumeNew: true },
  );
  if (E.isRight(transacted)) {
    context.meters.accepted(partner, incoming.pdu.kind);
    context.meters.orphaned(partner, incoming.pdu.kind);
  }
  context.log.warn({ stream, partner, kind: incoming.pdu.kind, why: verdict.why }, 'a PDU fits no message');
  return E.isRight(transacted) ? taken : unable;
}
