import { parseAddress } from './address.ts';
import {
  addressesIn,
  addressIn,
  applicationOf,
  forwardAnswerAddress,
  requestMessageId,
  requestTransactionId,
  settle,
} from './decode-request.ts';
import type { Decoding } from './decode.ts';
import { decodeWords } from './encoded-words.ts';
import { readExpiry } from './expiry.ts';
import { readContentClass, readFlags } from './flags.ts';
import type { Address, Expiry, ForwardReq, PduCommon } from './pdu.ts';
import { readPreviouslySent } from './previously-sent.ts';
import { senderInstead } from './sender-rule.ts';

/** MM4_forward.REQ (reference 1.1). */
export function decodeForward(decoding: Decoding, common: PduCommon): ForwardReq {
  const { headers, input } = decoding;
  const messageId = requestMessageId(decoding, common);
  const transactionId = requestTransactionId(decoding, common, messageId);
  const flags = readFlags(headers.get, (header, reading) => settle(decoding, header, reading));
  const from = senderOf(decoding);
  const { to, cc, bcc } = recipientsOf(decoding);
  checkContent(decoding);
  const originatorSystem = headers.get('x-mms-originator-system') ?? null;
  const expiry = expiryOf(decoding, common.date);
  const subject = headers.get('subject');
  const contentClass = settle(
    decoding,
    'x-mms-content-class',
    readContentClass(headers.get('x-mms-content-class')),
  );
  const application = applicationOf(decoding);
  return {
    ...common,
    kind: 'MM4_forward.REQ',
    messageId,
    transactionId,
    ackRequest: flags.ackRequest,
    answerTo: flags.ackRequest ? forwardAnswerAddress(decoding) : null,
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

/** Who the message is from, by its own word or the VASP entry's. The raw text stays its own: reports repeat it. */
function senderOf(decoding: Decoding): Address | null {
  const { findings, input } = decoding;
  const own = ownSender(decoding);
  const instead = input.senderRule === undefined ? null : senderInstead(input.senderRule, own);
  if (instead === null) {
    if (own === null) findings.errors.add('missing-mandatory:from');
    return own;
  }
  findings.warnings.add('sender-from-configuration');
  return { ...instead, raw: own?.raw ?? instead.raw };
}

/** From, else MAIL FROM. Where they disagree From counts for display and charging (reference 1.7 rule 5). */
function ownSender(decoding: Decoding): Address | null {
  const { findings, input, strict } = decoding;
  const { mailFrom } = input.envelope;
  const from = addressIn(decoding, 'from');
  if (from === null) {
    if (strict) findings.errors.add('missing-mandatory:from');
    if (mailFrom === '') return null;
    if (!strict) findings.warnings.add('from-missing-used-envelope');
    return parseAddress(mailFrom);
  }
  if (mailFrom !== '' && parseAddress(mailFrom).value.toLowerCase() !== from.value.toLowerCase()) {
    findings.warnings.add('header-envelope-mismatch');
  }
  return from;
}

/** To and Cc as disclosed; an envelope recipient that stands in neither is a blind copy (reference 1.7). */
function recipientsOf(decoding: Decoding): Pick<ForwardReq, 'to' | 'cc' | 'bcc'> {
  const { findings, input, strict } = decoding;
  const to = addressesIn(decoding, 'to');
  const cc = addressesIn(decoding, 'cc');
  if (strict && to.length === 0 && cc.length === 0) findings.errors.add('missing-mandatory:to');
  const known = new Set([...to, ...cc].map(({ value }) => value.toLowerCase()));
  const bcc: Address[] = [];
  for (const address of input.envelope.rcptTo.map((rcptTo) => parseAddress(rcptTo))) {
    const key = address.value.toLowerCase();
    if (address.kind !== 'malformed' && !known.has(key)) bcc.push(address);
    known.add(key);
  }
  return { to, cc, bcc };
}

function checkContent({ headers, findings, input, strict }: Decoding): void {
  const { mime } = input;
  for (const warning of mime.warnings) findings.warnings.add(warning);
  if ((headers.get('content-type') ?? '') === '') {
    if (strict) findings.errors.add('missing-mandatory:contentType');
    else findings.warnings.add('content-type-missing');
  }
  if (!mime.isMultipart) findings.warnings.add('single-part-body');
  if (mime.unknownEncodings.length > 0) findings.errors.add('unknown-transfer-encoding');
  if (mime.tooComplex) findings.errors.add('content-too-complex');
}

function expiryOf({ headers, findings, input }: Decoding, date: number | null): Expiry | null {
  const raw = headers.get('x-mms-expiry');
  if (raw === undefined) return null;
  const { expiry, nonstandard } = readExpiry(raw, date, input.arrivedAt);
  if (nonstandard) findings.warnings.add('expiry-nonstandard-form');
  return expiry;
}
