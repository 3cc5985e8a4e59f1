import { decodePdu } from '../../domain/mm4/decode.ts';
import type { Pdu } from '../../domain/mm4/pdu.ts';
import { verdictOf } from '../../domain/mm4/verdict.ts';
import type { Context } from '../context.ts';
import type { Messages } from '../messages.ts';
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
export function acceptance(context: Context, messages: Messages): Accept {
  return async (arrival) => {
    const pdu = decodeArrival(context, arrival);
    const verdict = verdictOf(pdu, arrival.read, judgement(context, arrival));
    const incoming = { arrival, pdu };
    if (verdict.outcome === 'reject') return refuse(context, messages, incoming, verdict);
    switch (pdu.kind) {
      case 'MM4_forward.REQ':
        return acceptForward(context, messages, { arrival, pdu });
      case 'MM4_delivery_report.REQ':
      case 'MM4_read_reply_report.REQ':
        return acceptReport(context, messages, { arrival, pdu });
      case 'MM4_forward.RES':
      case 'MM4_delivery_report.RES':
      case 'MM4_read_reply_report.RES':
        return acceptRes(context, messages, { arrival, pdu });
      case 'unknown':
      case 'not-mm4':
        return refuse(context, messages, incoming, verdict);
    }
  };
}
