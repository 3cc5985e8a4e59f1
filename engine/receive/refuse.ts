import * as E from 'fp-ts/lib/Either.js';

import type { Refusal } from '../../domain/mm4/verdict.ts';
import { maxDuplicates } from '../../domain/mms/decide/receive.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import { evidenceStream } from '../../domain/mms/ids.ts';
import { nextAnswer, planAnswer } from '../../domain/mms/plans.ts';
import type { SmtpReply } from '../../domain/ports.ts';
import type { Desk } from './desk.ts';
import { momentFor } from '../moment.ts';
import type { Incoming } from './accept.ts';
import { answerRequestOf, digestOf, evidenceOf, originOf } from './evidence.ts';
import { taken, unable } from './intake.ts';

/** Keeps what is refused, raw bytes and all, in a stream of its own, and answers it. */
export async function refuse(desk: Desk, incoming: Incoming, refusal: Refusal): Promise<SmtpReply> {
  const { context, messages } = desk;
  const { partner } = originOf(incoming);
  const tooMany = desk.evidenceLimit.admit(partner);
  if (tooMany !== null) return tooMany;
  const kept = await incoming.arrival.keep();
  if (E.isLeft(kept)) return unable;
  const { pdu, arrival } = incoming;
  const stream = evidenceStream('refused', partner, digestOf(incoming));
  const moment = momentFor(context, stream);
  const type = resTypeOf(incoming);
  const request =
    refusal.smtpOnly === true || type === null ? null : answerRequestOf(context, incoming, type);
  const reply = request === null ? refusal.reply : taken;
  const evidence = evidenceOf(incoming, kept.right.head);
  const transacted = await messages.transact(
    stream,
    (state): readonly MmsEvent[] => {
      const said = { code: refusal.status, text: refusal.reply.text };
      const answer = planAnswer(moment, request, nextAnswer(state), said);
      if (state.evidence > 0) {
        return state.duplicates >= maxDuplicates
          ? []
          : [{ type: 'DuplicateReceived', of: 'forward', pdu: evidence, answer }];
      }
      return [
        {
          type: 'RefusedReceived',
          pduKind: pdu.messageTypeRaw ?? pdu.kind,
          messageId: pdu.messageId,
          pdu: evidence,
          envelope: { mailFrom: arrival.envelope.mailFrom, rcptTo: arrival.envelope.rcptTo },
          size: arrival.read.wireSize,
          content: kept.right.body,
          errors: refusal.errors,
          reply,
          answer,
        },
      ];
    },
    { correlation: stream, causation: evidence.sha256, actor: 'smtp-in', occurredAt: moment.now },
    { assumeNew: true },
  );
  if (E.isRight(transacted)) context.meters.refused(partner, refusal.reply.code, refusal.errors[0] ?? '');
  context.log.warn({ stream, partner, errors: refusal.errors, reply: reply.code }, 'a PDU was refused');
  return E.isRight(transacted) ? reply : unable;
}

/** The RES that answers a REQ of this kind, also of one nobody defined; null: it is no REQ. */
function resTypeOf({ pdu }: Incoming): string | null {
  switch (pdu.kind) {
    case 'MM4_forward.REQ':
    case 'MM4_delivery_report.REQ':
    case 'MM4_read_reply_report.REQ':
      return pdu.kind.replace('.REQ', '.RES');
    case 'unknown':
      return pdu.resType;
    case 'MM4_forward.RES':
    case 'MM4_delivery_report.RES':
    case 'MM4_read_reply_report.RES':
    case 'not-mm4':
      return null;
  }
}
