import type { Address, ForwardReq } from '../../domain/mm4/pdu.ts';
import { canBeSaid, renderAddress } from '../../domain/mm4/render-address.ts';
import type { Refusal } from '../../domain/mm4/verdict.ts';
import { findMasks } from '../../domain/routing/masks.ts';
import type { Context } from '../context.ts';
import { ourDomain } from '../moment.ts';
import type { Incoming } from './accept.ts';
import { answerRequestOf, originOf } from './evidence.ts';
import { waysOf } from './ways.ts';

/**
 * What a partner may not send us, though it is well formed (design: rules of the PDU's kind). Null: nothing to object. Recipients
 * that are refused one by one are no problem here as long as an answer can say so.
 */
export function permissionProblem(context: Context, incoming: Incoming<ForwardReq>): Refusal | null {
  const { pdu, arrival } = incoming;
  const { partner, vasp } = arrival.visitor.identity;
  // The address that the configuration gives an entry is the entry's to use, whatever it is.
  const isGiven = vasp.senderAddress !== '' && pdu.from?.value === vasp.senderAddress;
  const from = isGiven ? null : pdu.from;
  const domain = domainOf(from) ?? domainOfText(arrival.envelope.mailFrom);
  if (partner.domains.length > 0 && domain !== null && !partner.domains.includes(domain)) {
    return denied(`${partner.name} may not send from the domain ${domain}`);
  }
  if (from !== null && !canBeSaid(senderAtOurs(context, from))) return unsayable;
  if (from !== null && findMasks(context.routes.own, from.value).length > 0) {
    return denied('the sender is a subscriber of ours');
  }
  if (answerRequestOf(context, incoming, 'MM4_forward.RES') !== null) return null;
  const routable = { pdu, rcptTo: arrival.envelope.rcptTo, cameFrom: originOf(incoming) };
  const ways = waysOf(context, routable, arrival.arrivedAt);
  const refused = ways.flatMap(({ way }) => (way.to === 'refused' ? [way] : []));
  const [first] = refused;
  if (first === undefined || refused.length < ways.length) return null;
  const { status, text } = first;
  return { errors: [text], status, reply: { code: 550, enhanced: enhancedOf(status), text } };
}

/** It would leave under that name, and no partner could be told it. */
const unsayable: Refusal = {
  errors: ['sender-cannot-be-said'],
  status: 'Error-sending-address-unresolved',
  reply: { code: 553, enhanced: '5.1.7', text: 'the address in From cannot be said in SMTP' },
};

function senderAtOurs(context: Context, { value, kind }: Address): string {
  return renderAddress({ address: value, kind }, ourDomain(context));
}

function denied(text: string): Refusal {
  return {
    errors: [text],
    status: 'Error-service-denied',
    reply: { code: 550, enhanced: '5.7.1', text },
  };
}

function enhancedOf(status: Refusal['status']): string {
  return status === 'Error-sending-address-unresolved' ? '5.1.1' : '5.7.1';
}

/** An e-mail sender's domain is part of its mailbox, a number's stands apart. */
function domainOf(address: Address | null): string | null {
  if (address === null) return null;
  return address.domain ?? (address.kind === 'email' ? domainOfText(address.value) : null);
}

function domainOfText(text: string): string | null {
  const at = text.lastIndexOf('@');
  return at < 0 ? null : text.slice(at + 1).toLowerCase();
}
