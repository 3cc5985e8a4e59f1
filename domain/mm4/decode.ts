import { decodeForward } from './decode-forward.ts';
import { decodeDeliveryReport, decodeReadReport } from './decode-report.ts';
import { ackRequested, answerAddress, checkOriginatorSystem } from './decode-request.ts';
import { decodeRes } from './decode-res.ts';
import { parseDate } from './dates.ts';
import type { HeaderField } from './header-block.ts';
import { indexHeaders, type Headers } from './headers.ts';
import { idOf, isNonstandardQuoting } from './ids.ts';
import type { MimeResult } from './mime-walker.ts';
import type { Envelope, Id, Pdu, PduCommon, PduKind, Version } from './pdu.ts';
import type { SenderRule } from './sender-rule.ts';
import { isKnownMajor, parseVersion } from './version.ts';

/** What a PDU is decoded from. Instants in milliseconds since 1970 UTC. */
export interface DecodeInput {
  readonly fields: readonly HeaderField[];
  readonly mime: MimeResult;
  readonly envelope: Envelope;
  readonly arrivedAt: number;
  /** Strict checks what the book demands of a REQ; a RES is always read leniently, since it is never answered. */
  readonly strict: boolean;
  /** What the VASP entry says of senders; nothing: every sender stands. */
  readonly senderRule?: SenderRule;
}

/** Collects what is odd (warnings) and wrong (errors) about a PDU, in the vocabulary of reference section 8. */
export interface Findings {
  readonly warnings: Set<string>;
  readonly errors: Set<string>;
}

/** What the decoders of the kinds work on. */
export interface Decoding {
  readonly input: DecodeInput;
  readonly headers: Headers;
  readonly findings: Findings;
  readonly strict: boolean;
}

/** Decodes any mail. Total: never throws, whatever the bytes. */
export function decodePdu(input: DecodeInput): Pdu {
  const rawType = input.fields.find(({ name }) => name.toLowerCase() === 'x-mms-message-type')?.value ?? null;
  const type = readType(rawType);
  const strict = input.strict && !(type.kind?.endsWith('.RES') ?? false);
  const headers = indexHeaders(input.fields, strict);
  const findings: Findings = { warnings: new Set(headers.warnings), errors: new Set(headers.errors) };
  const decoding: Decoding = { input, headers, findings, strict };
  if (!headers.hasMms) return notMm4(decoding);
  if (type.otherSpelling) findings.warnings.add('message-type-case');
  checkOriginatorSystem(decoding);
  const common = readCommon(decoding, rawType);
  const pdu = decodeKind(decoding, common, type.kind, rawType);
  return { ...pdu, warnings: [...findings.warnings], errors: [...findings.errors] };
}

function decodeKind(
  decoding: Decoding,
  common: PduCommon,
  kind: PduKind | null,
  rawType: string | null,
): Pdu {
  if (kind === null && rawType !== null && rawType !== '') {
    decoding.findings.errors.add('unknown-message-type');
    const resType = /\.REQ$/i.test(rawType) ? rawType.replace(/\.REQ$/i, '.RES') : null;
    const ackRequest = ackRequested(decoding);
    return {
      ...common,
      kind: 'unknown',
      resType,
      ackRequest,
      answerTo: ackRequest ? answerAddress(decoding) : null,
    };
  }
  if (kind === null) messageTypeMissing(decoding);
  // Only a forward.REQ is ever met without its type.
  switch (kind ?? 'MM4_forward.REQ') {
    case 'MM4_forward.REQ':
      return decodeForward(decoding, common);
    case 'MM4_delivery_report.REQ':
      return decodeDeliveryReport(decoding, common);
    case 'MM4_read_reply_report.REQ':
      return decodeReadReport(decoding, common);
    case 'MM4_forward.RES':
      return decodeRes(decoding, common, 'MM4_forward.RES');
    case 'MM4_delivery_report.RES':
      return decodeRes(decoding, common, 'MM4_delivery_report.RES');
    case 'MM4_read_reply_report.RES':
      return decodeRes(decoding, common, 'MM4_read_reply_report.RES');
  }
}

/** Leniently a default, of which the vocabulary knows no closer warning (reference 3.6, 8). */
function messageTypeMissing({ findings, strict }: Decoding): void {
  if (strict) findings.errors.add('missing-mandatory:messageType');
  else findings.warnings.add('enum-unknown-defaulted');
}

const kinds: readonly PduKind[] = [
  'MM4_forward.REQ',
  'MM4_forward.RES',
  'MM4_delivery_report.REQ',
  'MM4_delivery_report.RES',
  'MM4_read_reply_report.REQ',
  'MM4_read_reply_report.RES',
];

/** Compared without case, `_REQ` like `.REQ` (reference 1.0). */
function readType(raw: string | null): { readonly kind: PduKind | null; readonly otherSpelling: boolean } {
  const text = (raw ?? '').trim().replace(/^(["'])(.*)\1$/, '$2');
  const plain = text.toLowerCase().replace(/_(req|res)$/, '.$1');
  const kind = kinds.find((known) => known.toLowerCase() === plain) ?? null;
  return { kind, otherSpelling: kind !== null && kind !== text };
}

function readCommon(decoding: Decoding, messageTypeRaw: string | null): PduCommon {
  const { headers, input } = decoding;
  return {
    messageTypeRaw,
    version: readVersion(decoding),
    transactionId: readId(decoding, 'x-mms-transaction-id'),
    messageId: readId(decoding, 'x-mms-message-id'),
    rfcMessageId: headers.get('message-id') ?? null,
    date: readDate(decoding),
    ackRequest: false,
    answerTo: null,
    fields: input.fields,
    unknownHeaders: headers.unknown,
    warnings: [],
    errors: [],
  };
}

function readVersion({ headers, findings, strict }: Decoding): Version | null {
  const raw = headers.get('x-mms-3gpp-mms-version');
  if (raw === undefined || raw === '') {
    if (strict) findings.errors.add('missing-mandatory:version');
    else findings.warnings.add('version-missing');
    return null;
  }
  const version = parseVersion(raw);
  if (version === null || !isKnownMajor(version)) {
    if (strict) findings.errors.add('unsupported-version');
    else findings.warnings.add('version-unknown-major');
  }
  return version;
}

function readId({ headers, findings }: Decoding, name: string): Id | null {
  const id = idOf(headers.get(name));
  if (id?.raw !== undefined && id.raw !== null && isNonstandardQuoting(id.raw)) {
    findings.warnings.add('id-quoting-nonstandard');
  }
  return id;
}

/** Missing or unreadable: the arrival counts (reference 3.6). */
function readDate({ headers, findings, strict, input }: Decoding): number {
  const date = parseDate(headers.get('date') ?? '');
  if (date !== null) return date;
  if (strict) findings.errors.add('missing-mandatory:date');
  else findings.warnings.add('date-missing');
  return input.arrivedAt;
}

function notMm4({ headers, input }: Decoding): Pdu {
  return {
    kind: 'not-mm4',
    messageTypeRaw: null,
    version: null,
    transactionId: null,
    messageId: null,
    rfcMessageId: headers.get('message-id') ?? null,
    date: parseDate(headers.get('date') ?? ''),
    ackRequest: false,
    answerTo: null,
    fields: input.fields,
    unknownHeaders: [],
    warnings: [],
    errors: ['not-mm4'],
  };
}
