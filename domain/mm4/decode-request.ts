import { mailboxOf, parseAddress, parseAddressList } from './address.ts';
import type { Decoding } from './decode.ts';
import { readBoolean, type Reading } from './flags.ts';
import { fieldName } from './headers.ts';
import { idOf } from './ids.ts';
import type { Address, Application, Id, PduCommon } from './pdu.ts';

/** What all requests share: an id that can be answered, and where the answer goes. */

/** The message's id; if missing, the mail's own Message-ID serves, strictly only to tell which message is refused (reference 3.6). */
export function requestMessageId({ findings, strict }: Decoding, common: PduCommon): Id | null {
  if (common.messageId !== null) return common.messageId;
  const mailId = idOf(common.rfcMessageId ?? undefined);
  if (strict || mailId === null) findings.errors.add('missing-mandatory:messageId');
  else findings.warnings.add('message-id-from-rfc5322');
  return mailId === null ? null : { raw: null, normal: mailId.normal };
}

/** The transaction id; if missing, the Message-ID stands in for it, strictly too, though then the PDU is refused (reference 3.6). */
export function requestTransactionId(
  { findings, strict }: Decoding,
  common: PduCommon,
  messageId: Id | null,
): Id | null {
  if (common.transactionId !== null) return common.transactionId;
  if (strict || messageId === null) findings.errors.add('missing-mandatory:transactionId');
  else findings.warnings.add('transaction-id-synthesised');
  return messageId === null ? null : { raw: null, normal: messageId.normal, synthesised: true };
}

export function ackRequested(decoding: Decoding): boolean {
  return settle(decoding, 'x-mms-ack-request', readBoolean(decoding.headers.get('x-mms-ack-request'), false));
}

/** Takes a reading of an enumeration for what it is; strictly, an unknown word is no default but an error (reference 3.6). */
export function settle<A>({ findings, strict }: Decoding, header: string, { value, warning }: Reading<A>): A {
  if (strict && warning === 'enum-unknown-defaulted') {
    findings.errors.add(`enum-unknown:${fieldName(header)}`);
  } else if (warning !== undefined) {
    findings.warnings.add(warning);
  }
  return value;
}

/** Where answers are to go must be a plain mailbox; whether or not an answer is asked for, anything else is odd (reference 1.1). */
export function checkOriginatorSystem({ headers, findings }: Decoding): void {
  const text = headers.get('x-mms-originator-system') ?? '';
  if (text !== '' && !isAddrSpec(text)) findings.warnings.add('originator-system-not-addrspec');
}

/** A mailbox that can be mailed to: one `@`, no blanks, a domain. */
function isAddrSpec(text: string): boolean {
  return /^[^\s@<>;,]+@[A-Za-z0-9.-]+$/.test(text);
}

/** The system address of the peer, should its PDU name none: by convention at the domain it mails from. */
function peerSystemAddress({ input }: Decoding): string | null {
  const domain = /@([^@>]+)>?$/.exec(input.envelope.mailFrom)?.[1];
  return domain === undefined ? null : `system-user@${domain}`;
}

/** Some MMSCs write `system=host;party=+1…` (reference 9, quirk 12). */
function systemOfPrivateForm(text: string): string | null {
  const host = /(?:^|;)\s*system=([A-Za-z0-9.-]+)/i.exec(text)?.[1];
  return host === undefined ? null : `system-user@${host}`;
}

/**
 * Where the RES to a forward goes (reference 3.6): Originator-System, Sender if its local part is no phone number, the peer's system
 * address. Strictly only the first: without it there is no RES.
 */
export function forwardAnswerAddress(decoding: Decoding): string | null {
  const { headers, findings, strict } = decoding;
  const system = mailboxOf(headers.get('x-mms-originator-system') ?? '');
  if (isAddrSpec(system)) return system;
  if (system === '') findings.warnings.add('originator-system-missing');
  if (system === '' && strict) return null;
  const sender = parseAddress(headers.get('sender') ?? '');
  const mayAnswer = (sender.kind === 'system' || sender.kind === 'email') && isAddrSpec(sender.raw);
  return systemOfPrivateForm(system) ?? (mayAnswer ? sender.raw : peerSystemAddress(decoding));
}

/** Where the RES to a report, or to a REQ nobody defined, goes: Originator-System, Sender, MAIL FROM (reference 1.4). */
export function answerAddress({ headers, input }: Decoding): string | null {
  const originator = mailboxOf(headers.get('x-mms-originator-system') ?? '');
  const candidates = [
    originator,
    systemOfPrivateForm(originator) ?? '',
    mailboxOf(headers.get('sender') ?? ''),
    input.envelope.mailFrom,
  ];
  return candidates.find(isAddrSpec) ?? null;
}

/** A header's single address; absent or empty: null. Warns where a number has no `/TYPE=`. */
export function addressIn(decoding: Decoding, name: string): Address | null {
  const text = decoding.headers.get(name) ?? '';
  if (mailboxOf(text) === '') return null;
  const address = parseAddress(text, decoding.strict ? 'strict' : 'lenient');
  warnIfUntyped(decoding, [address]);
  return address;
}

/** The addresses of all headers of one name. */
export function addressesIn(decoding: Decoding, name: string): readonly Address[] {
  const text = decoding.headers.all(name).join(', ');
  const addresses = parseAddressList(text, decoding.strict ? 'strict' : 'lenient');
  warnIfUntyped(decoding, addresses);
  return addresses;
}

function warnIfUntyped({ findings }: Decoding, addresses: readonly Address[]): void {
  const untyped = addresses.some(
    ({ kind, raw }) => (kind === 'plmn' || kind === 'shortcode') && !/\/type=/i.test(raw),
  );
  if (untyped) findings.warnings.add('address-type-missing');
}

export function applicationOf({ headers }: Decoding): Application | undefined {
  const id = headers.get('x-mms-applic-id');
  const replyId = headers.get('x-mms-reply-applic-id');
  const auxInfo = headers.get('x-mms-aux-applic-info');
  if (id === undefined && replyId === undefined && auxInfo === undefined) return undefined;
  return {
    ...(id === undefined ? {} : { id }),
    ...(replyId === undefined ? {} : { replyId }),
    ...(auxInfo === undefined ? {} : { auxInfo }),
  };
}
