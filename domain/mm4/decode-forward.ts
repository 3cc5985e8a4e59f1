import { parseAddress, parseAddressList } from './address.ts';
import {
  addressIn,
  applicationOf,
  isAddrSpec,
  peerSystemAddress,
  requestTransactionId,
  systemOfPrivateForm,
  warnIfUntyped,
} from './decode-request.ts';
import type { Decoding } from './decode.ts';
import { decodeWords } from './encoded-words.ts';
import { readExpiry } from './expiry.ts';
import { readFlags } from './flags.ts';
import { normaliseId } from './ids.ts';
import type { Address, Expiry, ForwardReq, Id, PduCommon } from './pdu.ts';
import { readPreviouslySent } from './previously-sent.ts';

/** MM4_forward.REQ (reference 1.1). */
export function decodeForward(decoding: Decoding, common: PduCommon): ForwardReq {
  const { headers, findings, input, strict } = decoding;
  const messageId = messageIdOf(decoding, common);
  const transactionId = requestTransactionId(decoding, { ...common, messageId });
  const { flags, warnings } = readFlags(headers.get);
  for (const warning of warnings) {
    findings.warnings.add(warning);
    if (strict && warning === 'enum-unknown-defaulted') findings.errors.push('enum-unknown');
  }
  const from = senderOf(decoding);
  const { to, cc, bcc } = recipientsOf(decoding);
  checkContent(decoding);
  const originatorSystem = headers.get('x-mms-originator-system') ?? null;
  const expiry = expiryOf(decoding, common.date);
  const subject = headers.get('subject');
  const contentClass = headers.get('x-mms-content-class');
  const application = applicationOf(decoding);
  return {
    ...common,
    kind: 'MM4_forward.REQ',
    messageId,
    transactionId,
    ackRequest: flags.ackRequest,
    answerTo: flags.ackRequest ? answerAddress(decoding, originatorSystem) : null,
    from,
    to,
    cc,
    bcc,
    originatorSystem,
    flags,
    ...(subject === undefined ? {} : { subject: decodeWords(subject) }),
    ...(expiry === null ? {} : { expiry }),
    parts: input.mime.parts,
    ...(input.mime.rootPart === undefined ? {} : { rootPart: input.mime.rootPart }),
    previouslySent: readPreviouslySent(
      headers.all('x-mms-previously-sent-by'),
      headers.all('x-mms-previously-sent-date-and-time'),
    ),
    ...(contentClass === undefined ? {} : { contentClass }),
    ...(application === undefined ? {} : { application }),
  };
}

/** Missing: the mail's own Message-ID serves (reference 3.6). */
function messageIdOf({ findings, strict }: Decoding, common: PduCommon): Id | null {
  if (common.messageId !== null) return common.messageId;
  const normal = normaliseId(common.rfcMessageId ?? '');
  if (strict || normal === '') {
    findings.errors.push('missing-mandatory:messageId');
    return null;
  }
  findings.warnings.add('message-id-from-rfc5322');
  return { raw: null, normal };
}

/** From, else MAIL FROM. Where they disagree From counts for display and charging (reference 1.7 rule 5). */
function senderOf(decoding: Decoding): Address | null {
  const { findings, input, strict } = decoding;
  const { mailFrom } = input.envelope;
  const from = addressIn(decoding, 'from');
  if (from === null) {
    if (strict || mailFrom === '') {
      findings.errors.push('missing-mandatory:from');
      return null;
    }
    findings.warnings.add('from-missing-used-envelope');
    return parseAddress(mailFrom);
  }
  if (mailFrom !== '' && parseAddress(mailFrom).value.toLowerCase() !== from.value.toLowerCase()) {
    findings.warnings.add('header-envelope-mismatch');
  }
  return from;
}

/** To and Cc as disclosed; an envelope recipient that stands in neither is a blind copy (reference 1.7). */
function recipientsOf(decoding: Decoding): Pick<ForwardReq, 'to' | 'cc' | 'bcc'> {
  const { headers, findings, input, strict } = decoding;
  const to = parseAddressList(headers.all('to').join(', '));
  const cc = parseAddressList(headers.all('cc').join(', '));
  if (strict && to.length === 0 && cc.length === 0) findings.errors.push('missing-mandatory:to');
  warnIfUntyped(decoding, [...to, ...cc]);
  const disclosed = new Set([...to, ...cc].map(({ value }) => value.toLowerCase()));
  const bcc = input.envelope.rcptTo
    .map(parseAddress)
    .filter(({ value, kind }) => kind !== 'malformed' && !disclosed.has(value.toLowerCase()));
  return { to, cc, bcc };
}

function checkContent({ headers, findings, input, strict }: Decoding): void {
  const { mime } = input;
  for (const warning of mime.warnings) findings.warnings.add(warning);
  if (headers.get('content-type') === undefined) {
    if (strict) findings.errors.push('missing-mandatory:contentType');
    else findings.warnings.add('content-type-missing');
  }
  if (!mime.isMultipart) findings.warnings.add('single-part-body');
  if (mime.unknownEncodings.length > 0) findings.errors.push('unknown-transfer-encoding');
  if (mime.tooComplex) findings.errors.push('content-too-complex');
}

function expiryOf({ headers, findings, input }: Decoding, date: number | null): Expiry | null {
  const raw = headers.get('x-mms-expiry');
  if (raw === undefined) return null;
  const { expiry, nonstandard } = readExpiry(raw, date, input.arrivedAt);
  if (nonstandard) findings.warnings.add('expiry-nonstandard-form');
  return expiry;
}

/** Where the RES goes (reference 3.6): Originator-System, Sender if it is no phone, the peer's system address. */
function answerAddress(decoding: Decoding, originatorSystem: string | null): string | null {
  const { headers, findings, strict } = decoding;
  if (originatorSystem !== null && originatorSystem !== '') {
    const text = originatorSystem.replace(/^<(.*)>$/, '$1').trim();
    if (isAddrSpec(text)) return text;
    findings.warnings.add('originator-system-not-addrspec');
    return systemOfPrivateForm(text) ?? peerSystemAddress(decoding);
  }
  findings.warnings.add('originator-system-missing');
  if (strict) return null;
  const sender = parseAddress(headers.get('sender') ?? '');
  return sender.kind === 'system' || sender.kind === 'email' ? sender.raw : peerSystemAddress(decoding);
}
