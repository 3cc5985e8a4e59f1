import type { AddressKind } from './pdu.ts';

/** An address as it goes into an envelope or header of ours. */
export interface RenderedParty {
  readonly address: string;
  readonly kind: AddressKind;
}

/**
 * `+447700900456` as `+447700900456/TYPE=PLMN@domain` (protocol reference 4.1); mailboxes as they are. The SMTP adapter refuses what
 * cannot stand in an envelope.
 */
export function renderAddress(party: RenderedParty, domain: string, typeSuffix = true): string {
  const { address, kind } = party;
  switch (kind) {
    case 'email':
    case 'system':
      return address;
    case 'plmn':
    case 'shortcode':
      return `${address}${typeSuffix ? '/TYPE=PLMN' : ''}@${domain}`;
    case 'ipv4':
      return `${address}/TYPE=IPv4@${domain}`;
    case 'ipv6':
      return `"${address}/TYPE=IPv6"@${domain}`;
    case 'malformed':
    case 'other':
      return `${address}@${domain}`;
  }
}
