import type { Flags } from './pdu.ts';

/** A value that was read, and whether it had to be guessed. */
export interface Reading<A> {
  readonly value: A;
  readonly warning?: 'enum-unknown-defaulted' | 'enum-spelling';
}

const yes: ReadonlySet<string> = new Set(['yes', 'y', 'true', '1', '128']);
const no: ReadonlySet<string> = new Set(['no', 'n', 'false', '0', '129']);

/** The boolean parser of reference Appendix B. */
export function readBoolean(text: string | undefined, fallback: boolean): Reading<boolean> {
  if (text === undefined) return { value: fallback };
  const plain = comparable(text);
  const value = yes.has(plain) ? true : no.has(plain) ? false : null;
  return value === null ? { value: fallback, warning: 'enum-unknown-defaulted' } : { value };
}

/** An enumeration: the words in their canonical spelling; `also` maps other spellings, in lower case. */
export function readEnum<A extends string>(
  text: string | undefined,
  words: readonly A[],
  fallback: A,
  also: Readonly<Record<string, A>> = {},
): Reading<A> {
  if (text === undefined) return { value: fallback };
  const plain = comparable(text);
  const exact = words.find((word) => word.toLowerCase() === plain);
  if (exact !== undefined) return { value: exact };
  const other = also[plain];
  return other === undefined
    ? { value: fallback, warning: 'enum-unknown-defaulted' }
    : { value: other, warning: 'enum-spelling' };
}

/** Enumerations are compared without case, surrounding quotes and doubled blanks (reference 2). */
export function comparable(text: string): string {
  return text
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .trim()
    .replace(/\s+/g, ' ')
    .toLowerCase();
}

/** What a reading is taken for: the decoder notes its warning under the header's name. */
type Settle = <A>(header: string, reading: Reading<A>) => A;

/** The request flags of a forward.REQ (reference 1.1, 3.10). */
export function readFlags(get: (name: string) => string | undefined, settle: Settle): Flags {
  const flag = (header: string, fallback: boolean): boolean =>
    settle(header, readBoolean(get(header), fallback));
  const word = <A extends string>(
    header: string,
    words: readonly A[],
    fallback: A,
    also: Readonly<Record<string, A>>,
  ): A => settle(header, readEnum(get(header), words, fallback, also));
  return {
    ackRequest: flag('x-mms-ack-request', false),
    deliveryReport: flag('x-mms-delivery-report', false),
    originatorRsDeliveryReport: flag('x-mms-originator-r/s-delivery-report', false),
    readReply: flag('x-mms-read-reply', false),
    senderVisibility: word('x-mms-sender-visibility', ['Show', 'Hide'], 'Show', visibilities),
    priority: word('x-mms-priority', ['Low', 'Normal', 'High'], 'Normal', priorities),
    messageClass: word('x-mms-message-class', classes, 'Personal', otherClasses),
    forwardCounter: settle('x-mms-forward-counter', readCounter(get('x-mms-forward-counter'))),
    adaptationAllowed: flag('x-mms-adaptation-allowed', true),
    drmContent: flag('x-mms-drm-content', false),
  };
}

const contentClasses: readonly string[] = [
  'text',
  'image-basic',
  'image-rich',
  'video-basic',
  'video-rich',
  'megapixel',
  'content-basic',
  'content-rich',
];

/** X-Mms-Content-Class (reference 1.1): none by default. */
export function readContentClass(text: string | undefined): Reading<string | undefined> {
  if (text === undefined) return { value: undefined };
  const value = contentClasses.find((known) => known === comparable(text));
  return value === undefined ? { value, warning: 'enum-unknown-defaulted' } : { value };
}

const classes = ['Personal', 'Advertisement', 'Informational', 'Auto'] as const;
/** MM1 octets, and the name of TS 32.298. */
const otherClasses = {
  '128': 'Personal',
  '129': 'Advertisement',
  '130': 'Informational',
  '131': 'Auto',
  'information-service': 'Informational',
} as const;
const priorities = { '128': 'Low', '129': 'Normal', '130': 'High' } as const;
const visibilities = { '128': 'Hide', '129': 'Show' } as const;

function readCounter(text: string | undefined): Reading<number> {
  if (text === undefined) return { value: 0 };
  const digits = /^["']?(\d+)["']?$/.exec(text.trim())?.[1];
  if (digits === undefined) return { value: 0, warning: 'enum-unknown-defaulted' };
  // However many digits: a counter that is too long to be true is over any limit.
  return { value: Math.min(Number(digits), Number.MAX_SAFE_INTEGER) };
}
