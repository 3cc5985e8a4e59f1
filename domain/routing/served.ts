import type { Address } from '../mm4/pdu.ts';
import { findMasks } from './masks.ts';
import type { RouteTable } from './route-table.ts';

/** Why an RCPT cannot be meant for us: 550 5.1.1 for a number, 550 5.1.2 for a domain. */
export type NotServed = 'unknown-number' | 'unknown-domain';

/**
 * Whether any PDU from this partner could rightly be mailed to this address; null: yes. What kind of PDU it is shows only after
 * DATA, so this refuses only what none could justify (protocol reference 1.7, 4.3):
 * - a RES, and a report from some MMSCs, goes to our system address;
 * - a forward goes to a number that we or a route serve;
 * - a report goes to the original sender's number, at our domain or, in transit, the sender's own. That may be any number
 *   once some other partner may send through us to this one.
 */
export function notServed(table: RouteTable, recipient: Address, partner: string): NotServed | null {
  if (isOurSystemAddress(table, recipient.value)) return null;
  if (recipient.kind === 'system' || recipient.kind === 'malformed') return 'unknown-number';
  // A number without a domain is as good as one at ours: some MMSCs mail so.
  if (recipient.domain !== undefined && !isDomainServed(table, recipient.domain)) return 'unknown-domain';
  return isReachable(table, recipient.value) || receivesTransit(table, partner) ? null : 'unknown-number';
}

/** The configured one, or the usual name at any domain of ours. */
function isOurSystemAddress(table: RouteTable, value: string): boolean {
  const address = value.toLowerCase();
  const [mailbox, domain = ''] = address.split('@');
  return address === table.systemAddress || (mailbox === 'system-user' && table.ownDomains.has(domain));
}

function isDomainServed(table: RouteTable, domain: string): boolean {
  return table.ownDomains.has(domain.toLowerCase()) || table.partnerDomains.has(domain.toLowerCase());
}

/** Some way leads there, whether or not this partner may take it: that is for routing to refuse, with an answer. */
function isReachable(table: RouteTable, value: string): boolean {
  return (
    table.defaultRoute !== null ||
    table.partnerDefaults.length > 0 ||
    table.fixed.size > 0 ||
    findMasks(table.own, value).length > 0 ||
    findMasks(table.masks, value).length > 0
  );
}

/** Some other partner may send through us to this one, or to one it answers for. */
function receivesTransit(table: RouteTable, partner: string): boolean {
  for (const other of table.partners.values()) {
    if (other.name === partner) continue;
    for (const account of other.transit) {
      const owner = table.routes.get(account)?.partner;
      if (owner !== undefined && (owner.name === partner || owner.peers.includes(partner))) return true;
    }
  }
  return false;
}
