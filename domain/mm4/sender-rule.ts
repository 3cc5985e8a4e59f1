import { isParty, parseAddress } from './address.ts';
import type { Address } from './pdu.ts';

/** "Sender Address" and "Allow Sender Address Override" of a VASP entry or a route. */
export interface SenderRule {
  /** Empty: there is none, and every sender stands. */
  readonly senderAddress: string;
  readonly allowSenderOverride: boolean;
}

/**
 * Who takes the sender's place under this rule: the configured address where no other may stand, or where the message names nobody
 * (an MMSC's system address is nobody). Null: its own sender stands.
 */
export function senderInstead(rule: SenderRule, own: Pick<Address, 'kind'> | null): Address | null {
  const { senderAddress, allowSenderOverride } = rule;
  return senderAddress === '' || (allowSenderOverride && isParty(own)) ? null : parseAddress(senderAddress);
}
