import { isParty, parseAddress } from '../../domain/mm4/address.ts';
import type { ForwardReq, Id } from '../../domain/mm4/pdu.ts';
import type { Receive } from '../../domain/mms/decide/receive.ts';
import type { PartyAddress, ReturnPath, SessionEvidence } from '../../domain/mms/events.ts';
import type { Moment } from '../../domain/mms/plans.ts';
import type { Context } from '../context.ts';
import type { Incoming } from './accept.ts';
import { answerRequestOf, evidenceOf, originOf, ourVersion } from './evidence.ts';
import type { KeptContent } from './intake.ts';
import { atPartner } from './partner-domain.ts';
import { expiryOf, waysOf } from './ways.ts';

/** Everything the decision about a forward.REQ needs, gathered from the PDU, its envelope and session, and the configuration. */
export function receiveCommand(
  context: Context,
  incoming: Incoming<ForwardReq>,
  content: KeptContent,
  moment: Moment,
  hold?: string,
): Receive {
  const { pdu, arrival } = incoming;
  const { read, envelope } = arrival;
  return {
    moment,
    evidence: evidenceOf(incoming, content.head),
    recipients: waysOf(context, { pdu, rcptTo: envelope.rcptTo, cameFrom: originOf(incoming) }, moment.now),
    answer: answerRequestOf(context, incoming, 'MM4_forward.RES'),
    ...(hold === undefined ? {} : { hold: { why: hold } }),
    pdu: {
      from: originOf(incoming),
      messageId: pdu.messageId ?? missing,
      transactionId: pdu.transactionId ?? missing,
      rfcMessageId: pdu.rfcMessageId,
      version: pdu.version?.raw ?? null,
      envelope: { mailFrom: envelope.mailFrom, rcptTo: envelope.rcptTo },
      sender: senderOf(incoming),
      flags: pdu.flags,
      submittedAt: pdu.date,
      expiresAt: expiryOf(context, pdu, moment.now),
      parts: pdu.parts.map(({ type, size, sha256 }) => ({ type, size, sha256 })),
      size: { wire: read.wireSize, body: read.bodySize, decoded: read.mime.decodedSize },
      bodySha256: read.bodySha256,
      eightBit: read.eightBit,
      content: content.body,
      head: content.head,
      session: sessionOf(incoming),
      warnings: pdu.warnings,
      reportsTo: returnPath(context, incoming),
    },
  };
}

const missing: Id = { raw: null, normal: '' };

function senderOf({ pdu, arrival }: Incoming<ForwardReq>): PartyAddress {
  return pdu.from === null
    ? { address: arrival.envelope.mailFrom, kind: 'other', raw: arrival.envelope.mailFrom }
    : { address: pdu.from.value, kind: pdu.from.kind, raw: pdu.from.raw };
}

function sessionOf({ arrival }: Incoming): SessionEvidence {
  const { envelope, visitor } = arrival;
  return {
    address: visitor.address,
    ehlo: envelope.ehlo,
    ...(envelope.tls === undefined ? {} : { tls: envelope.tls }),
    ...(visitor.login === undefined ? {} : { login: visitor.login }),
  };
}

/**
 * Reports go back on the VASP entry's ack route, to the sender as the envelope named it; where that names nobody, or an MMSC (some put
 * their system address there), as From does (reference 1.7).
 */
function returnPath(context: Context, { pdu, arrival }: Incoming<ForwardReq>): ReturnPath | null {
  const { identity } = arrival.visitor;
  const { vasp } = identity;
  const { mailFrom } = arrival.envelope;
  const route = context.routes.routes.get(vasp.mm4AckRouting)?.route;
  const isNobody = mailFrom === '' || parseAddress(mailFrom).kind === 'system';
  const mailTo = isNobody && isParty(pdu.from) ? atPartner(context, identity, pdu.from.raw) : mailFrom;
  if (route === undefined || mailTo === '') return null;
  const version = [vasp.mmsVersion, route.mmsVersion, ourVersion].find((text) => text !== '') ?? ourVersion;
  return { route: route.account, version, requestAck: route.requestAck, mailTo };
}
