import { parseAddress } from './address.ts';
import type { Decoding } from './decode.ts';
import { readBoolean } from './flags.ts';
import type { Address, Application, Id, PduCommon } from './pdu.ts';

/** What all requests share: an id that can be answered, and where the answer goes. */

/** The transaction id; if missing, the Message-ID stands in for it (reference 3.6). */
export function requestTransactionId({ findings, strict }: Decoding, common: PduCommon): Id | null {
  if (common.transactionId !== null) return common.transactionId;
  if (strict || common.messageId === null) {
    findings.errors.push('missing-mandatory:transactionId');
    return null;
  }
  findings.warnings.add('transaction-id-synthesised');
  return { raw: null, normal: common.messageId.normal, synthesised: true };
}

export function ackRequested({ headers, findings }: Decoding): boolean {
  const { value, warning } = readBoolean(headers.get('x-mms-ack-request'), false);
  if (warning !== undefined) findings.warnings.add(warning);
  return value;
}

/** A mailbox that can be mailed to: one `@`, no blanks, a domain. */
export function isAddrSpec(text: string): boolean {
  return /^[^\s@<>;,]+@[A-Za-z0-9.-]+$/.test(text);
}

/** The system address of the peer, should its PDU name none: as configured, else by convention at its domain. */
export function peerSystemAddress({ input }: Decoding): string | null {
  if (input.systemAddressOfPeer !== undefined && input.systemAddressOfPeer !== '')
    return input.systemAddressOfPeer;
  const domain = /@([^@>]+)>?$/.exec(input.envelope.mailFrom)?.[1];
  return domain === undefined ? null : `system-user@${domain}`;
}

/** Some MMSCs write `system=host;party=+1…` (reference 9, quirk 12). */
export function systemOfPrivateForm(text: string): string | null {
  const host = /(?:^|;)\s*system=([A-Za-z0-9.-]+)/i.exec(text)?.[1];
  return host === undefined ? null : `system-user@${host}`;
}

/** Where the RES to a report, or to a REQ nobody defined, goes: Originator-System, Sender, MAIL FROM, the peer's (reference 1.4). */
export function answerAddress({ headers, input }: Decoding): string | null {
  const originator =
    headers
      .get('x-mms-originator-system')
      ?.replace(/^<(.*)>$/, '$1')
      .trim() ?? '';
  const candidates = [
    originator,
    systemOfPrivateForm(originator) ?? '',
    headers
      .get('sender')
      ?.replace(/^.*<(.*)>$/, '$1')
      .trim() ?? '',
    input.envelope.mailFrom,
    input.systemAddressOfPeer ?? '',
  ];
  return candidates.find(isAddrSpec) ?? null;
}

/** A header's single address; absent or empty: null. Warns where a number has no `/TYPE=`. */
export function addressIn(decoding: Decoding, name: string): Address | null {
  const text = decoding.headers.get(name);
  if (text === undefined || text === '') return null;
  const address = parseAddress(text);
  warnIfUntyped(decoding, [address]);
  return address;
}

export function warnIfUntyped({ findings }: Decoding, addresses: readonly Address[]): void {
  const untyped = addresses.some(
    ({ kind, raw }) => (kind === 'plmn' || kind === 'shortcode') && !/\/type=/i.test(raw),
  );
  if (untyped) findings.warnings.add('address-type-missing');
}

export function applicationOf({ headers }: Decoding): Application | undefined {
  const id = headers.get('x-mms-applic-id');
  const replyId = headers.get('x-mms-reply-applic-id');
  const auxiliary = headers.get('x-mms-aux-applic-info');
  if (id === undefined && replyId === undefined && auxiliary === undefined) return undefined;
  return {
    ...(id === undefined ? {} : { id }),
    ...(replyId === undefined ? {} : { replyId }),
    ...(auxiliary === undefined ? {} : { auxiliary }),
  };
}
