import { isBounce } from '../../domain/mm4/bounce.ts';
import { decodePdu } from '../../domain/mm4/decode.ts';
import type { Pdu } from '../../domain/mm4/pdu.ts';
import { judge } from '../../domain/mm4/verdict.ts';
import type { SmtpReply } from '../../domain/ports.ts';
import { resOfBounce } from './bounce.ts';
import type { Desk } from './desk.ts';
import { acceptForward } from './forward.ts';
import type { Accept, Arrival } from './intake.ts';
import { refuse } from './refuse.ts';
import { acceptReport } from './report.ts';
import { acceptRes } from './res.ts';

/** A decoded PDU on its way into the engine. */
export interface Incoming<P extends Pdu = Pdu> {
  readonly arrival: Arrival;
  readonly pdu: P;
}

/** Every mail that reached its final dot: decoded, judged, and given to the family of decisions its kind belongs to. */
export function acceptance(desk: Desk): Accept {
  const { context } = desk;
  return async (arrival) => {
    const { read, envelope, visitor, arrivedAt } = arrival;
    const pdu = decodePdu({
      fields: read.fields,
      mime: read.mime,
      envelope: { mailFrom: envelope.mailFrom, rcptTo: envelope.rcptTo },
      arrivedAt,
      strict: visitor.identity.partner.dialect.strict,
      senderRule: visitor.identity.vasp,
    });
    if (pdu.kind === 'not-mm4' && isBounce(pdu.fields)) {
      const res = await resOfBounce(context, { arrival, pdu });
      if (res !== null) return acceptRes(desk, { arrival, pdu: res });
    }
    const refusal = judge(pdu, {
      limits: context.configuration.limits,
      declaredSize: envelope.size,
      wireSize: read.wireSize,
      decodedSize: read.mime.decodedSize,
      headTooLong: read.headTooLong,
      ownDomains: context.routes.ownDomains,
    });
    return refusal === null ? acceptKind(desk, { arrival, pdu }) : refuse(desk, { arrival, pdu }, refusal);
  };
}

function acceptKind(desk: Desk, { arrival, pdu }: Incoming): Promise<SmtpReply> {
  switch (pdu.kind) {
    case 'MM4_forward.REQ':
      return acceptForward(desk, { arrival, pdu });
    case 'MM4_delivery_report.REQ':
    case 'MM4_read_reply_report.REQ':
      return acceptReport(desk, { arrival, pdu });
    case 'MM4_forward.RES':
    case 'MM4_delivery_report.RES':
    case 'MM4_read_reply_report.RES':
      return acceptRes(desk, { arrival, pdu });
    case 'unknown':
    case 'not-mm4':
      throw new Error(`a PDU of kind ${pdu.kind} passed judgement`);
  }
}
