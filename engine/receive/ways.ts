import { parseAddress } from '../../domain/mm4/address.ts';
import type { Address, ForwardReq } from '../../domain/mm4/pdu.ts';
import type { RoutedRecipient, Way } from '../../domain/mms/decide/receive.ts';
import { uidOf } from '../../domain/mms/ids.ts';
import { routeRecipient, type RouteDecision } from '../../domain/routing/route-table.ts';
import type { Context } from '../context.ts';
import type { Incoming } from './accept.ts';
import { originOf } from './evidence.ts';

const defaultLifetime = (context: Context): number => context.configuration.limits.expiry;

/** When the message expires: as it says, never later than our own limit. */
export function expiryOf(context: Context, pdu: ForwardReq, now: number): number {
  const latest = now + defaultLifetime(context);
  return Math.min(pdu.expiry?.at ?? latest, latest);
}

/** The recipients of the envelope, each once, with the way its message goes. */
export function waysOf(
  context: Context,
  incoming: Incoming<ForwardReq>,
  now: number,
): readonly RoutedRecipient[] {
  const { pdu, arrival } = incoming;
  const expiresAt = expiryOf(context, pdu, now);
  const seen = new Set<string>();
  return arrival.envelope.rcptTo.flatMap((rcptTo): readonly RoutedRecipient[] => {
    const address = parseAddress(rcptTo);
    if (seen.has(address.value)) return [];
    seen.add(address.value);
    const { raw, shown } = asWritten(pdu, address);
    const way = wayOf(context, incoming, address, now, expiresAt);
    return [{ address: address.value, kind: address.kind, raw, shown, rcptTo, way }];
  });
}

/** How the originator wrote a recipient, which is how reports must name it; a blind copy stands only in the envelope. */
function asWritten(pdu: ForwardReq, address: Address): Pick<RoutedRecipient, 'raw' | 'shown'> {
  const to = pdu.to.find(({ value }) => value === address.value);
  if (to !== undefined) return { raw: to.raw, shown: 'to' };
  const cc = pdu.cc.find(({ value }) => value === address.value);
  return cc === undefined ? { raw: address.raw, shown: 'blind' } : { raw: cc.raw, shown: 'cc' };
}

function wayOf(
  context: Context,
  incoming: Incoming<ForwardReq>,
  recipient: Address,
  now: number,
  expiresAt: number,
): Way {
  const decision = routeRecipient(context.routes, {
    recipient,
    sender: incoming.pdu.from?.value ?? '',
    uid: uidOf(incoming.pdu.messageId?.normal ?? ''),
    cameFrom: originOf(incoming),
  });
  switch (decision.to) {
    case 'route': {
      const target = context.routes.routes.get(decision.account);
      if (target === undefined) throw new Error(`the route table has no ${decision.account}`);
      const { partner, account, by, mask } = decision;
      return {
        to: 'route',
        partner,
        route: account,
        by,
        ...(mask === undefined ? {} : { mask }),
        deadline: Math.min(expiresAt, now + target.route.deadline),
        maxRecipients: target.route.maxRecipientsPerPdu,
      };
    }
    case 'Direct':
    case 'WAPPush':
      return {
        to: 'refused',
        status: 'Error-service-denied',
        text: `${decision.to} delivery comes with the handset gateway, which this system does not have yet`,
      };
    case 'none':
      return { to: 'refused', ...reasonOf(decision.reason) };
  }
}

function reasonOf(
  reason: Extract<RouteDecision, { to: 'none' }>['reason'],
): Pick<Extract<Way, { to: 'refused' }>, 'status' | 'text'> {
  switch (reason) {
    case 'no-route':
      return { status: 'Error-sending-address-unresolved', text: 'no route leads to this recipient' };
    case 'not-permitted':
      return { status: 'Error-service-denied', text: 'the way to this recipient is not open to you' };
    case 'back-to-origin':
      return { status: 'Error-service-denied', text: 'the only way to this recipient leads back to you' };
  }
}
