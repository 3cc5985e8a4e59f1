import fc from 'fast-check';

import { bareCode, parties, party, type Party } from './partner-parties.ts';
import { arrivedAt } from './support.ts';

/** A forward.REQ as any partner may write it, header by header: what it says and in which of its forms. */

export type Line = readonly [name: string, value: string];

/** A header: how it is written, absent or not, and what must be read. */
export interface Said<A> {
  readonly lines: readonly Line[];
  readonly value: A;
}

/** One of these words, or no header and what that means. */
function word<A>(name: string, absent: A, words: Readonly<Record<string, A>>): fc.Arbitrary<Said<A>> {
  const said = Object.entries(words).map(([text, value]): Said<A> => ({ lines: [[name, text]], value }));
  return fc.constantFrom<Said<A>>({ lines: [], value: absent }, ...said);
}

const yesNo = (name: string, absent = false): fc.Arbitrary<Said<boolean>> =>
  word(name, absent, { Yes: true, No: false, yes: true, NO: false, '"Yes"': true, false: false });

const counter: fc.Arbitrary<Said<number>> = fc
  .option(fc.record({ value: fc.nat(1_000), quote: fc.constantFrom('', '"') }))
  .map((said) =>
    said === null
      ? { lines: [], value: 0 }
      : { lines: [['X-Mms-Forward-Counter', `${said.quote}${said.value}${said.quote}`]], value: said.value },
  );

const flags = fc.record(
  {
    ackRequest: yesNo('X-Mms-Ack-Request'),
    deliveryReport: yesNo('X-Mms-Delivery-Report'),
    originatorRsDeliveryReport: yesNo('X-Mms-Originator-R/S-Delivery-Report'),
    readReply: fc.oneof(yesNo('X-Mms-Read-Reply'), yesNo('X-Mms-Read-Report')),
    senderVisibility: word('X-Mms-Sender-Visibility', 'Show', { Show: 'Show', Hide: 'Hide', '128': 'Hide' }),
    priority: word('X-Mms-Priority', 'Normal', { Low: 'Low', normal: 'Normal', High: 'High', '130': 'High' }),
    messageClass: word('X-Mms-Message-Class', 'Personal', {
      personal: 'Personal',
      Advertisement: 'Advertisement',
      Informational: 'Informational',
      Auto: 'Auto',
      '129': 'Advertisement',
    }),
    forwardCounter: counter,
    adaptationAllowed: yesNo('X-Mms-Adaptation-Allowed', true),
    drmContent: yesNo('X-Mms-DRM-Content'),
  },
  { noNullPrototype: true },
);

const second = 1_000;

/** Whole seconds, as a date has them: about when it arrives, so that durations count from it, or any time. */
const date = fc.oneof(
  fc.integer({ min: -3_000, max: 3_000 }).map((by) => arrivedAt + by * second),
  fc.integer({ min: Date.UTC(2000) / second, max: Date.UTC(2090) / second }).map((at) => at * second),
);

type ExpiryWish = { readonly written: 'mail' | 'http'; readonly at: number } | { readonly seconds: number };
const expiry: fc.Arbitrary<ExpiryWish | null> = fc.oneof(
  fc.constant(null),
  fc.record({ written: fc.constantFrom('mail' as const, 'http' as const), at: date }),
  fc.record({ seconds: fc.nat(9_999_999) }),
);

const hops = fc.uniqueArray(
  fc.record(
    { index: fc.integer({ min: 1, max: 99 }), by: fc.oneof(party, bareCode), at: date },
    { noNullPrototype: true },
  ),
  { maxLength: 4, selector: ({ index }) => index },
);

const idText = fc.string({
  unit: fc.constantFrom(...Array.from('abcXYZ019.@-_/+=')),
  minLength: 1,
  maxLength: 60,
});
const id: fc.Arbitrary<Said<string>> = fc
  .record({ value: idText, around: fc.constantFrom('""', '', '<>', "''") })
  .map(({ value, around }) => ({ value, lines: [['', around.charAt(0) + value + around.charAt(1)]] }));

const words = fc.array(
  fc.string({ unit: fc.constantFrom(...Array.from('abcXYZ019,;:=?"<>()@/')), minLength: 1, maxLength: 12 }),
  { maxLength: 12 },
);
const subject = fc.oneof(
  words.map((list) => list.join(' ').replaceAll('=?', '?=')),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replace(/[\p{Cc}\s]+/gu, ' ').trim()),
);

/** Nobody's headers: they pass. */
const unknown = fc.uniqueArray(
  fc.record({
    name: fc
      .tuple(fc.constantFrom('X-Odd-', 'X-Mms-Odd-', 'Odd-'), fc.nat(999))
      .map((parts) => parts.join('')),
    value: words.map((list) => list.join(' ')),
  }),
  { maxLength: 5, selector: ({ name }) => name },
);

/** How the lines are put down: in what order, with what folding, case and line ends. */
const style = fc.record({
  order: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
  folds: fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }),
  name: fc.constantFrom<(name: string) => string>(
    (name) => name,
    (name) => name.toLowerCase(),
    (name) => name.toUpperCase(),
  ),
  ends: fc.array(fc.constantFrom('\r\n', '\r\n', '\n'), { minLength: 1, maxLength: 7 }),
  listed: fc.boolean(),
});

export const partnerForward = fc.record({
  flags,
  from: party,
  everybody: parties(9),
  shown: fc.array(fc.constantFrom('to', 'cc', 'blind'), { minLength: 9, maxLength: 9 }),
  bccHeader: fc.option(party),
  date: fc.option(date),
  expiry,
  hops,
  transactionId: id,
  messageId: id,
  versionHeader: fc.constantFrom('X-Mms-3GPP-MMS-Version', 'X-Mms-3GPP-Version'),
  subject: fc.option(subject),
  contentClass: fc.option(fc.constantFrom('text', 'image-basic', 'video-rich')),
  unknown,
  contentType: fc.constantFrom('image/jpeg', 'text/plain; charset=utf-8', 'multipart/mixed; boundary="b"'),
  body: fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.constant(
      Buffer.from('--b\r\nContent-Type: audio/amr\r\n\r\n\0\xff\r\n--b\r\n\r\nhello\r\n--b--\r\n', 'latin1'),
    ),
  ),
  style,
});

export type PartnerForward = typeof partnerForward extends fc.Arbitrary<infer A> ? A : never;

export function shownIn(wish: PartnerForward, where: string): readonly Party[] {
  return wish.everybody.filter((_, index) => wish.shown[index] === where);
}

/** When the message is over, by the book. */
export function expiresAt({ expiry: said, date: sent }: PartnerForward): number | undefined {
  if (said === null) return undefined;
  if ('at' in said) return said.at;
  const isNear = sent !== null && Math.abs(sent - arrivedAt) <= 3_600 * second;
  return (isNear ? sent : arrivedAt) + said.seconds * second;
}
