import { sha256 } from '../../domain/hash.ts';
import type { Pdu } from '../../domain/mm4/pdu.ts';
import type { Origin, PduEvidence, ResStatus } from '../../domain/mms/events.ts';
import type { AnswerRequest } from '../../domain/mms/plans.ts';
import type { ContentRef } from '../../domain/ports.ts';
import type { RouteTable } from '../../domain/routing/route-table.ts';
import type { Context } from '../context.ts';
import type { Incoming } from './accept.ts';

/** Our own MM4 version, said where neither the route nor the VASP entry pins another. */
export const ourVersion = '6.10.0';

export function originOf({ arrival }: Incoming): Origin {
  const { partner, vasp } = arrival.visitor.identity;
  return { partner: partner.name, account: vasp.account };
}

/** Digest of the whole PDU: the header block and the digest of the body. */
export function digestOf({ arrival }: Incoming): string {
  return sha256(arrival.read.head, arrival.read.bodySha256);
}

/** Who sent a PDU, under which ids, and where its raw bytes are sealed. */
export function evidenceOf(incoming: Incoming, head: ContentRef): PduEvidence {
  const { pdu, arrival } = incoming;
  return {
    from: originOf(incoming),
    address: arrival.visitor.address,
    transactionId: pdu.transactionId?.raw ?? pdu.transactionId?.normal ?? null,
    rfcMessageId: pdu.rfcMessageId,
    // The time of arrival that stands for a missing one is another at each repeat.
    date: pdu.warnings.includes('date-missing') ? null : pdu.date,
    sha256: digestOf(incoming),
    head,
  };
}

/**
 * The RES a REQ asks for; null when it asks for none, or none can be sent: no transaction id, nowhere to mail it, or the VASP
 * entry has no ack route. The echo rule holds: ids go back as they came (protocol reference 3.2).
 */
export function answerRequestOf(
  context: Context,
  { pdu, arrival }: Incoming,
  type: string,
): AnswerRequest | null {
  const { vasp } = arrival.visitor.identity;
  const route = context.routes.routes.get(vasp.mm4AckRouting)?.route;
  if (!pdu.ackRequest || pdu.transactionId === null || pdu.answerTo === null || route === undefined)
    return null;
  return {
    pdu: type,
    route: route.account,
    to: pdu.answerTo,
    transactionId: pdu.transactionId.raw ?? pdu.transactionId.normal,
    messageId: pdu.messageId?.raw ?? pdu.messageId?.normal ?? null,
    version: firstSet(vasp.mmsVersion, route.mmsVersion, ourVersion),
  };
}

/** Whether a partner may answer for a leg or report: its owner, or one of the owner's declared peers (a hub). */
export function mayAnswerFor(routes: RouteTable, owner: string, from: string): boolean {
  return owner === from || routes.partners.get(owner)?.peers.includes(from) === true;
}

export function resStatusOf(pdu: Extract<Pdu, { status: { requestStatus: unknown } }>): ResStatus {
  return { code: pdu.status.requestStatus, class: pdu.status.class, raw: pdu.status.raw };
}

function firstSet(...texts: readonly string[]): string {
  return texts.find((text) => text !== '') ?? '';
}
