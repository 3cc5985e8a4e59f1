import { parseAddress } from '../../domain/mm4/address.ts';
import type { Address, ForwardReq } from '../../domain/mm4/pdu.ts';
import type { RoutedRecipient, Way } from '../../domain/mms/decide/receive.ts';
import type { Origin } from '../../domain/mms/events.ts';
import { uidOf } from '../../domain/mms/ids.ts';
import { routeRecipient, type RouteDecision } from '../../domain/routing/route-table.ts';
import type { Context } from '../context.ts';

const defaultLifetime = (context: Context): number => context.configuration.limits.expiry;

/** When the message expires: as it says, never later than our own limit. */
export function expiryOf(context: Context, pdu: ForwardReq, now: number): number {
  const latest = now + defaultLifetime(context);
  return Math.min(pdu.expiry?.at ?? latest, latest);
}

/** A forward on its way to its recipients. */
export interface Routable {
  readonly pdu: ForwardReq;
  readonly rcptTo: readonly string[];
  /** Null: an own subscriber. */
  readonly cameFrom: Origin | null;
}

/** The recipients of the envelope, each once, with the way its message goes. */
export function waysOf(context: Context, routable: Routable, now: number): readonly RoutedRecipient[] {
  const { pdu, rcptTo: envelope } = routable;
  const expiresAt = expiryOf(context, pdu, now);
  const seen = new Set<string>();
  return envelope.flatMap((rcptTo): readonly RoutedRecipient[] => {
    const address = parseAddress(rcptTo);
    if (seen.has(address.value)) return [];
    seen.add(address.value);
    const { raw, shown } = asWritten(pdu, address);
    const way = wayOf(context, routable, address, now, expiresAt);
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
  { pdu, cameFrom }: Routable,
  recipient: Address,
  now: number,
  expiresAt: number,
): Way {
  const decision = routeRecipient(context.routes, {
    recipient,
    sender: pdu.from?.value ?? '',
    uid: uidOf(pdu.messageId?.normal ?? ''),
    cameFrom,
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
    case 'Direct': {
      const { by, mask } = decision;
      return { to: 'Direct', by, ...(mask === undefined ? {} : { mask }), deadline: expiresAt };
    }
    case 'WAPPush':
      return {
        to: 'refused',
        status: 'Error-service-denied',
        text: 'WAPPush needs a handset gateway that sends WAP push, which this system does not have',
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
