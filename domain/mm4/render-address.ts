import type { AddressKind } from './pdu.ts';

/** An address as it goes into an envelope or header of ours. */
export interface RenderedParty {
  readonly address: string;
  readonly kind: AddressKind;
}

/** `+447700900456` as `+447700900456/TYPE=PLMN@domain` (protocol reference 4.1); mailboxes as they are. */
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
      return `${localPart(address)}@${domain}`;
  }
}

/** What is no atom goes into quotes (RFC 5321 4.1.2). */
function localPart(text: string): string {
  return /^[!#-'*+\-./0-9=?A-Z^-~]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** RFC 5321 4.5.3.1.3, without the angle brackets. */
const longestAddress = 254;
/** Printable ASCII; blanks and angle brackets only in quotes: nothing that could end a command or begin another one. */
const address = /^(?:"(?:[ !#-[\]-~]|\\[ -~])*"|[!#-;=?-~])+$/;

/** Whether an address can stand in MAIL or RCPT. */
export function canBeSaid(text: string): boolean {
  return text.length <= longestAddress && address.test(text);
}
