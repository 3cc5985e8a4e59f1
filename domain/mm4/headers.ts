import { parseAddress } from './address.ts';
import { parseDate } from './dates.ts';
import { comparable } from './flags.ts';
import type { HeaderField } from './header-block.ts';
import { normaliseId } from './ids.ts';

/** Other names by the canonical one, all in lower case (reference Appendix A); of several for one name the first here counts. */
const aliases: Readonly<Record<string, string>> = {
  'x-mms-3gpp-version': 'x-mms-3gpp-mms-version',
  'x-mms-status': 'x-mms-mm-status-code',
  'x-mms-status-code': 'x-mms-mm-status-code',
  'x-mms-mm-read-status': 'x-mms-read-status',
  'x-mms-read-report': 'x-mms-read-reply',
  'x-mms-response-status': 'x-mms-request-status-code',
  'x-mms-response-text': 'x-mms-status-text',
  'x-mms-previously-sent-date': 'x-mms-previously-sent-date-and-time',
};

/** The elements of the six PDUs (reference 1). */
const elements: ReadonlySet<string> = new Set([
  ...Object.values(aliases),
  'x-mms-message-type',
  'x-mms-transaction-id',
  'x-mms-message-id',
  'x-mms-message-class',
  'x-mms-expiry',
  'x-mms-delivery-report',
  'x-mms-originator-r/s-delivery-report',
  'x-mms-priority',
  'x-mms-sender-visibility',
  'x-mms-ack-request',
  'x-mms-forward-counter',
  'x-mms-previously-sent-by',
  'x-mms-adaptation-allowed',
  'x-mms-content-class',
  'x-mms-drm-content',
  'x-mms-applic-id',
  'x-mms-reply-applic-id',
  'x-mms-aux-applic-info',
  'x-mms-originator-recipient-address',
  'x-mms-originator-system',
  'x-mms-request-recipients',
  'x-mms-forward-to-originator-ua',
  'x-mms-mm-status-extension',
]);

/** Known, but opaque to us: hub routing, the Chinese and VAS extras, the reply-charging four. They pass and never fail (reference 1.1). */
const opaque: ReadonlySet<string> = new Set([
  'x-mms-mmsip-address',
  'x-mms-forward-route',
  'x-mms-return-route',
  'x-mms-vasp-id',
  'x-mms-vas-id',
  'x-mms-service-code',
  'x-mms-charged-party-id',
  'x-mms-linked-id',
  'x-mms-fee-type',
  'x-mms-fee-code',
  'x-mms-rcpt-to',
  'x-mms-reply-charging',
  'x-mms-reply-charging-deadline',
  'x-mms-reply-charging-size',
  'x-mms-reply-charging-id',
  'x-mms-mms-version',
]);

/** Of the elements these may repeat; every other stands once. */
const repeatable: ReadonlySet<string> = new Set([
  'x-mms-previously-sent-by',
  'x-mms-previously-sent-date-and-time',
  'x-mms-request-recipients',
]);

/** Mail headers of which a second one contradicts the first. */
const single: ReadonlySet<string> = new Set([
  'message-id',
  'date',
  'from',
  'sender',
  'subject',
  'content-type',
]);

/** The canonical lower-case name of a header that may have come under another. */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return aliases[lower] ?? lower;
}

/** The headers of one PDU, looked up by canonical name. */
export interface Headers {
  /** The value; undefined when absent. Of several the first. */
  get(name: string): string | undefined;
  /** All values, in order (repeatable headers). */
  all(name: string): readonly string[];
  readonly hasMms: boolean;
  readonly unknown: readonly string[];
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
}

interface Entry {
  readonly value: string;
  /** In lower case, as it came: a canonical name or an alias. */
  readonly name: string;
}

/** One pass over the fields: aliases, repetitions and unknown names are found here and nowhere else. */
export function indexHeaders(fields: readonly HeaderField[], strict: boolean): Headers {
  const entries = new Map<string, Entry[]>();
  const unknown: string[] = [];
  const warnings = new Set<string>();
  const errors: string[] = [];
  let hasMms = false;
  for (const { name, value, eightBit } of fields) {
    if (eightBit) warnings.add('raw-8bit-header');
    const lower = name.toLowerCase();
    const canonical = aliases[lower] ?? lower;
    if (lower.startsWith('x-mms-')) {
      hasMms = true;
      if (!isKnown(canonical)) unknown.push(name);
    }
    const entry = { value, name: lower };
    const list = entries.get(canonical);
    if (list === undefined) entries.set(canonical, [entry]);
    else list.push(entry);
  }
  if (unknown.length > 0) warnings.add('unknown-x-mms-header');
  for (const [name, list] of entries) {
    const chosen = ofOneName(name, list);
    entries.set(name, chosen);
    if (chosen[0]?.name !== name) warnings.add('header-alias-used');
    if (chosen.length < 2 || !isSingle(name)) continue;
    if (strict || !allEqual(name, chosen)) errors.push(`duplicate-header-conflict:${fieldName(name)}`);
    else warnings.add('duplicate-header-equal');
  }
  return {
    get: (name) => entries.get(name)?.[0]?.value,
    all: (name) => (entries.get(name) ?? []).map(({ value }) => value),
    hasMms,
    unknown,
    warnings: [...warnings],
    errors,
  };
}

/** The canonical name wins silently over its aliases, of these the one that stands first in the table (reference 2.2, Appendix A). */
function ofOneName(canonical: string, list: Entry[]): Entry[] {
  if (list.every(({ name }) => name === canonical)) return list;
  const preferred = [canonical, ...Object.keys(aliases)].find((alias) =>
    list.some(({ name }) => name === alias),
  );
  return list.filter(({ name }) => name === preferred);
}

function isKnown(name: string): boolean {
  return elements.has(name) || opaque.has(name);
}

function isSingle(name: string): boolean {
  return single.has(name) || (elements.has(name) && !repeatable.has(name));
}

function allEqual(name: string, list: readonly Entry[]): boolean {
  return new Set(list.map(({ value }) => normalForm(name, value))).size === 1;
}

/** What must be equal for two values to say the same: ids, addresses and dates in their normal form, words without case. */
function normalForm(name: string, value: string): string {
  if (name.endsWith('-id')) return normaliseId(value);
  switch (name) {
    case 'from':
    case 'sender':
      return parseAddress(value).value.toLowerCase();
    case 'date':
    case 'x-mms-expiry':
      return String(parseDate(value) ?? value);
    case 'subject':
    case 'x-mms-status-text':
      return value;
    default:
      return comparable(value);
  }
}

const fieldNames: Readonly<Record<string, string>> = {
  'x-mms-transaction-id': 'transactionId',
  'x-mms-message-id': 'messageId',
  'x-mms-3gpp-mms-version': 'version',
  'x-mms-message-type': 'messageType',
  'x-mms-ack-request': 'ackRequest',
  'x-mms-request-status-code': 'requestStatus',
  'x-mms-mm-status-code': 'mmStatus',
  'x-mms-originator-r/s-delivery-report': 'originatorRsDeliveryReport',
  'message-id': 'rfcMessageId',
};

/** The name of a header's meaning in errors: `X-Mms-Transaction-ID` is `transactionId`. */
export function fieldName(name: string): string {
  return (
    fieldNames[name] ??
    name.replace(/^x-mms-/, '').replace(/[-/]+([a-z])/g, (_, letter: string) => letter.toUpperCase())
  );
}
