import type { Pdu, RequestStatus } from './pdu.ts';
import type { SmtpReply } from '../ports.ts';

/** Why a PDU is turned away: by RES if it asked for one that can be sent, else by the SMTP reply. Never by both. */
export interface Refusal {
  readonly errors: readonly string[];
  readonly status: RequestStatus;
  readonly reply: SmtpReply;
  /** The rules say SMTP, whatever the PDU asks. */
  readonly smtpOnly?: true;
}

/** What a PDU is judged by, besides itself. Sizes in octets. */
export interface Judgement {
  readonly limits: {
    readonly decodedContent: number;
    readonly wireSize: number;
    readonly forwardCounter: number;
  };
  /** MAIL's SIZE, if said. */
  readonly declaredSize: number | undefined;
  readonly wireSize: number;
  readonly decodedSize: number;
  readonly headTooLong: boolean;
  /** Our own domains, lower case: in `Received` lines they tell a loop. */
  readonly ownDomains: ReadonlySet<string>;
}

type Rule = (pdu: Pdu, judgement: Judgement) => Refusal | null;

/**
 * The first of the rules that objects decides, in the order of precedence of reference 3.6; `errors` has what all of them object to. Null:
 * nothing to object so far.
 */
export function judge(pdu: Pdu, judgement: Judgement): Refusal | null {
  const refusals = rules.flatMap((rule) => rule(pdu, judgement) ?? []);
  const [first] = refusals;
  return first === undefined
    ? null
    : { ...first, errors: [...new Set(refusals.flatMap(({ errors }) => errors))] };
}

const rules: readonly Rule[] = [
  notMm4,
  oversizeOnTheWire,
  contentTooBig,
  formatCorrupt,
  unsupported,
  loop,
  contentUnreadable,
];

function notMm4(pdu: Pdu): Refusal | null {
  return pdu.kind === 'not-mm4'
    ? refusal(['not-mm4'], 'Error-message-format-corrupt', 554, '5.6.0', 'no X-Mms header: not MM4', true)
    : null;
}

function oversizeOnTheWire(_pdu: Pdu, { limits, declaredSize, wireSize }: Judgement): Refusal | null {
  return Math.max(declaredSize ?? 0, wireSize) > limits.wireSize
    ? refusal(
        ['oversize'],
        'Error-content-not-accepted',
        552,
        '5.3.4',
        `bigger than ${limits.wireSize} octets`,
        true,
      )
    : null;
}

/** The limit is on what a handset would have to hold: all parts decoded, and the subject (reference 6.12). */
function contentTooBig(pdu: Pdu, { limits, decodedSize }: Judgement): Refusal | null {
  if (pdu.kind !== 'MM4_forward.REQ') return null;
  return decodedSize + Buffer.byteLength(pdu.subject ?? '') > limits.decodedContent
    ? refusal(
        ['oversize'],
        'Error-content-not-accepted',
        552,
        '5.3.4',
        `content of more than ${limits.decodedContent} octets`,
      )
    : null;
}

function formatCorrupt(pdu: Pdu, { headTooLong }: Judgement): Refusal | null {
  const errors = pdu.errors.filter((error) =>
    /^(missing-mandatory|duplicate-header-conflict|enum-unknown)/.test(error),
  );
  if (headTooLong) errors.push('header-block-too-long');
  if (errors.length === 0) return null;
  // Without a transaction id no RES can be matched to anything; said twice, the first one is echoed.
  const smtpOnly = errors.some((error) => /^missing-mandatory:(transactionId|messageType)$/.test(error));
  const text = `malformed: ${errors.join(', ')}`;
  return refusal(errors, 'Error-message-format-corrupt', 554, '5.6.0', text, smtpOnly);
}

function unsupported(pdu: Pdu): Refusal | null {
  if (pdu.kind === 'unknown') {
    const text = `${pdu.messageTypeRaw ?? 'this'} is no PDU of MM4`;
    return refusal(['unknown-message-type'], 'Error-unsupported-message', 554, '5.6.0', text);
  }
  return pdu.errors.includes('unsupported-version')
    ? refusal(
        ['unsupported-version'],
        'Error-unsupported-message',
        554,
        '5.6.0',
        'this version of MM4 is not supported',
      )
    : null;
}

/** Loop defence of reference 3.9; that a message came back to us its stream tells. */
function loop(pdu: Pdu, { limits, ownDomains }: Judgement): Refusal | null {
  if (pdu.kind !== 'MM4_forward.REQ') return null;
  const received = pdu.fields.filter(({ name }) => name.toLowerCase() === 'received');
  const byUs = received.filter(({ value }) => {
    const host = /\bby\s+([^\s;()]+)/i.exec(value)?.[1]?.toLowerCase();
    return host !== undefined && ownDomains.has(host);
  });
  if (pdu.flags.forwardCounter <= limits.forwardCounter && byUs.length < 2 && received.length <= 100)
    return null;
  return refusal(
    ['loop-detected'],
    'Error-service-denied',
    554,
    '5.4.6',
    'this message goes round in a loop',
  );
}

function contentUnreadable(pdu: Pdu): Refusal | null {
  const errors = pdu.errors.filter(
    (error) => error === 'unknown-transfer-encoding' || error === 'content-too-complex',
  );
  return errors.length > 0
    ? refusal(
        errors,
        'Error-content-not-accepted',
        554,
        '5.6.0',
        `content not accepted: ${errors.join(', ')}`,
      )
    : null;
}

function refusal(
  errors: readonly string[],
  status: RequestStatus,
  code: number,
  enhanced: string,
  text: string,
  smtpOnly = false,
): Refusal {
  return { errors, status, reply: { code, enhanced, text }, ...(smtpOnly ? { smtpOnly: true } : {}) };
}
