import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import fc from 'fast-check';

import { composeForward, type NewForward } from '../../domain/mm4/compose.ts';
import { encodeReport, encodeRes, type DeliveryContent, type ReadContent } from '../../domain/mm4/encode.ts';
import { expectationOf } from '../../domain/mm4/expectation.ts';
import { splitHeaderBlock } from '../../domain/mm4/header-block.ts';
import { renderId } from '../../domain/mm4/ids.ts';
import { requestStatuses } from '../../domain/mm4/pdu.ts';
import { recode } from '../../domain/mm4/recode.ts';
import { relayForward } from '../../domain/mm4/relay.ts';
import { renderAddress } from '../../domain/mm4/render-address.ts';
import { wrapMultipart } from '../../domain/mm4/wrap-multipart.ts';
import { sha256 } from '../../domain/hash.ts';
import { arrivedAt, asDelivery, asForward, asRead, asRes, decodeMail, readMail } from './support.ts';

// Laws of whole PDUs, of all six types.

const numRuns = Number(process.env['LAWS_RUNS'] ?? 300);

// ---------------------------------------------------------------- arbitrary PDUs

const id = fc.string({
  unit: fc.constantFrom(...Array.from('abcXYZ019.@-_/+=')),
  minLength: 1,
  maxLength: 60,
});
const quoting = fc.constantFrom('quoted' as const, 'bare' as const, 'angle' as const);
const instant = fc.integer({ min: 946_684_800, max: 4_102_444_800 }).map((seconds) => seconds * 1_000);
const number = fc.bigInt({ min: 10n ** 7n, max: 10n ** 15n - 1n }).map((digits) => `+${digits}`);
const version = fc.constantFrom('5.3.0', '6.10.0', '6.99.1');
/** Of any script, without control characters, as somebody would write it. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 250 })
  .map((written) => written.replace(/[\p{Cc}\s]+/gu, ' ').trim());
const type = fc.constantFrom('image/jpeg', 'text/plain; charset=utf-8', 'audio/amr', 'video/3gpp', 'x-y/z');
const part = fc.record({
  type,
  name: fc
    .string({ unit: fc.constantFrom(...Array.from('abc-_.19 ()')), minLength: 1, maxLength: 40 })
    .map((name) => `n${name.trim()}`),
  bytes: fc.uint8Array({ maxLength: 300 }),
});
const option = <A>(arbitrary: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> =>
  fc.option(arbitrary, { nil: undefined });

const forward = fc.record({
  parts: fc.array(part, { minLength: 1, maxLength: 5 }),
  sender: number,
  to: fc.uniqueArray(number, { minLength: 1, maxLength: 60, size: 'max' }),
  typeSuffix: fc.boolean(),
  subject: option(text),
  transactionId: id,
  messageId: id,
  date: instant,
  version,
  requestAck: fc.boolean(),
  deliveryReport: fc.boolean(),
  readReply: fc.boolean(),
  priority: option(fc.constantFrom('Low' as const, 'Normal' as const, 'High' as const)),
  messageClass: option(
    fc.constantFrom('Personal' as const, 'Advertisement' as const, 'Informational' as const, 'Auto' as const),
  ),
  expiresAt: option(instant),
});

type Wish = typeof forward extends fc.Arbitrary<infer A> ? A : never;

function composed({
  sender,
  to,
  typeSuffix,
  subject,
  priority,
  messageClass,
  expiresAt,
  ...rest
}: Wish): NewForward {
  const address = (value: string, domain: string): string =>
    renderAddress({ kind: 'plmn', address: value }, domain, typeSuffix);
  return {
    ...rest,
    from: address(sender, 'mmsc.op-a.example'),
    to: to.map((value) => address(value, 'mmsc.op-b.example')),
    ...(subject === undefined ? {} : { subject }),
    ...(priority === undefined ? {} : { priority }),
    ...(messageClass === undefined ? {} : { messageClass }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    rfcMessageId: '<1@mmsc.op-a.example>',
    systemAddress: 'system-user@mmsc.op-a.example',
    boundary: 'no-part-has-this-in-it',
  };
}

test('a forward.REQ reads back whole: ids, parties, flags, times and the octets of each part', () => {
  fc.assert(
    fc.property(forward, (wish) => {
      const mail = composeForward(composed(wish));
      const envelope = { mailFrom: wish.sender, rcptTo: composed(wish).to };
      const pdu = asForward(decodeMail(mail, { strict: true, envelope }));
      assert.deepEqual(pdu.errors, []);
      assert.deepEqual(pdu.warnings, wish.typeSuffix ? [] : ['address-type-missing']);
      assert.deepEqual(
        [pdu.transactionId?.normal, pdu.messageId?.normal, pdu.version?.raw, pdu.date],
        [wish.transactionId, wish.messageId, wish.version, wish.date],
      );
      assert.equal(pdu.from?.value, wish.sender);
      assert.deepEqual(
        pdu.to.map(({ value }) => value),
        wish.to,
      );
      const { flags } = pdu;
      assert.deepEqual(
        [pdu.ackRequest, flags.deliveryReport, flags.readReply, flags.priority, flags.messageClass],
        [
          wish.requestAck,
          wish.deliveryReport,
          wish.readReply,
          wish.priority ?? 'Normal',
          wish.messageClass ?? 'Personal',
        ],
      );
      assert.equal(pdu.subject ?? '', wish.subject ?? '');
      assert.equal(pdu.expiry?.at, wish.expiresAt);
      const digests = pdu.parts.map((read) => read.sha256);
      assert.deepEqual(
        digests.slice(-wish.parts.length),
        wish.parts.map(({ bytes }) => sha256(bytes)),
      );
    }),
    { numRuns },
  );
});

test('a RES of each of the three types reads back, whatever the quotes of its ids and the script of its text', () => {
  const wishes = fc.record({
    type: fc.constantFrom('MM4_forward.RES', 'MM4_delivery_report.RES', 'MM4_read_reply_report.RES'),
    version,
    tx: id,
    mm: option(id),
    quoting,
    status: fc.constantFrom(...requestStatuses),
    text: option(text),
    date: instant,
  });
  fc.assert(
    fc.property(wishes, ({ tx, mm, quoting: quotes, text: said, ...rest }) => {
      const bytes = encodeRes({
        ...rest,
        transactionId: renderId(tx, quotes),
        messageId: mm === undefined ? null : renderId(mm, quotes),
        ...(said === undefined ? {} : { text: said }),
        systemAddress: 'system-user@mmsc.hub.example',
        to: 'system-user@mmsc.op-a.example',
        rfcMessageId: '<1@mmsc.hub.example>',
      });
      const res = asRes(decodeMail(bytes, { strict: mm !== undefined }));
      assert.deepEqual([res.errors, res.warnings], [[], warningsOf(quotes)]);
      assert.deepEqual(
        [res.kind, res.version?.raw, res.transactionId?.normal, res.messageId?.normal, res.date],
        [rest.type, rest.version, tx, mm, rest.date],
      );
      assert.equal(res.status.requestStatus, rest.status);
      assert.equal(res.status.text ?? '', beginning(said));
    }),
    { numRuns },
  );
});

test('a report of each kind and status reads back', () => {
  const delivery: fc.Arbitrary<DeliveryContent> = fc
    .record({
      status: fc.constantFrom(
        ...([
          'Retrieved',
          'Expired',
          'Rejected',
          'Deferred',
          'Unrecognised',
          'Indeterminate',
          'Forwarded',
        ] as const),
      ),
      extension: option(fc.constant('Rejection-By-MMS-Recipient')),
      toOriginatorUA: fc.boolean(),
    })
    .map(({ extension, ...rest }) => ({
      kind: 'delivery' as const,
      ...rest,
      ...(extension === undefined ? {} : { extension }),
    }));
  const read: fc.Arbitrary<ReadContent> = fc.record({
    kind: fc.constant('read' as const),
    status: fc.constantFrom('Read' as const, 'Deleted without being read' as const),
  });
  const wishes = fc.record({
    about: fc.oneof(delivery, read),
    version,
    tx: id,
    mm: id,
    quoting,
    recipient: number,
    originator: number,
    requestAck: fc.boolean(),
    text: option(text),
    date: instant,
  });
  fc.assert(
    fc.property(wishes, ({ tx, mm, quoting: quotes, text: said, ...rest }) => {
      const bytes = encodeReport({
        ...rest,
        transactionId: renderId(tx, quotes),
        messageId: renderId(mm, quotes),
        recipient: renderAddress({ kind: 'plmn', address: rest.recipient }, 'mmsc.op-b.example', true),
        originator: renderAddress({ kind: 'plmn', address: rest.originator }, 'mmsc.op-a.example', true),
        ...(said === undefined ? {} : { text: said }),
        systemAddress: 'system-user@mmsc.hub.example',
        rfcMessageId: '<1@mmsc.hub.example>',
      });
      const pdu = decodeMail(bytes, { strict: true });
      const report = rest.about.kind === 'delivery' ? asDelivery(pdu) : asRead(pdu);
      assert.deepEqual([report.errors, report.warnings], [[], warningsOf(quotes)]);
      assert.deepEqual(
        [report.transactionId?.normal, report.messageId?.normal, report.date, report.ackRequest],
        [tx, mm, rest.date, rest.requestAck],
      );
      assert.deepEqual([report.subject?.value, report.destination?.value], [rest.recipient, rest.originator]);
      if (report.kind === 'MM4_delivery_report.REQ' && rest.about.kind === 'delivery') {
        assert.equal(report.status.mmStatus, rest.about.status);
        assert.equal(report.status.extension, rest.about.extension);
        assert.equal(report.status.forwardToOriginatorUA, rest.about.toOriginatorUA);
      } else if (report.kind === 'MM4_read_reply_report.REQ') {
        assert.equal(report.status.readStatus, rest.about.status);
      }
      assert.equal(report.status.text ?? '', beginning(said));
    }),
    { numRuns },
  );
});

/** Angle brackets are not by the book. */
const warningsOf = (quotes: string): readonly string[] =>
  quotes === 'angle' ? ['id-quoting-nonstandard'] : [];

/** Of a status text, what goes out: at most 200 UTF-16 units, no character cut in two. */
function beginning(said: string | undefined): string {
  return (said ?? '')
    .slice(0, 200)
    .replace(/[\ud800-\udbff]$/, '')
    .trim();
}

// ---------------------------------------------------------------- what a dialect changes

/** The same message with this body for its only part. */
function ofOnePart(wish: NewForward, body: Uint8Array): Buffer {
  const fields = readMail(composeForward(wish)).fields.filter(({ name }) => name !== 'Content-Type');
  const head = `${fields.map(({ raw }) => raw).join('')}Content-Type: image/jpeg\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

test('whatever a dialect asks for, a relayed forward says the same of the message, and its parts are the same octets', () => {
  const dialect = fc.record({
    quoting,
    sevenBit: fc.boolean(),
    lineLength: fc.boolean(),
    multipart: fc.boolean(),
  });
  const body = fc.uint8Array({ maxLength: 1_500, size: 'max' });
  fc.assert(
    fc.property(forward, dialect, body, (wish, { quoting: quotes, multipart, ...limits }, single) => {
      const mail = multipart ? ofOnePart(composed(wish), single) : composeForward(composed(wish));
      const read = readMail(mail);
      const before = asForward(decodeMail(mail));
      const octets = mail.subarray(read.head.length);
      const recoded = recode(read.fields, octets, limits);
      const fields = recoded?.fields ?? read.fields;
      const inner = Buffer.from(recoded?.body ?? octets);
      const wrapped = multipart ? wrapMultipart(fields, 'nobody-foresaw-this') : null;
      const head = relayForward(wrapped?.fields ?? fields, {
        received: 'from a by b; Mon, 23 Nov 2026 12:00:00 +0000',
        rfcMessageId: '<2@mmsc.hub.example>',
        sender: '+447700900123/TYPE=PLMN@mmsc.hub.example',
        from: null,
        transactionId: renderId('tx-2', quotes),
        systemAddress: 'system-user@mmsc.hub.example',
        requestAck: wish.requestAck,
        version: '6.10.0',
        expiry: null,
      });
      const whole = [head, ...(wrapped === null ? [inner] : [wrapped.before, inner, wrapped.after])];
      const after = asForward(decodeMail(Buffer.concat(whole)));
      assert.deepEqual(
        after.parts.map((one) => one.sha256),
        before.parts.map((one) => one.sha256),
      );
      assert.deepEqual(
        [after.messageId, after.to, after.subject, after.date, after.flags, after.expiry?.at],
        [before.messageId, before.to, before.subject, before.date, before.flags, before.expiry?.at],
      );
      assert.equal(after.transactionId?.normal, 'tx-2');
      if (limits.sevenBit) assert.ok(inner.every((octet) => octet < 128));
      if (limits.lineLength)
        assert.ok(
          inner
            .toString('latin1')
            .split(/\r?\n/)
            .every((line) => line.length <= 998),
        );
      assert.equal(splitHeaderBlock(head).filter(({ name }) => name === 'Content-Type').length, 1);
    }),
    { numRuns },
  );
});

// ---------------------------------------------------------------- nearly PDUs

const corpus = globSync(fileURLToPath(new URL('../corpus/*.eml', import.meta.url)))
  .sort()
  .map((file) => readFileSync(file));

type Mutation = (mail: Buffer) => Buffer;
const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const bytes = fc.uint8Array({ minLength: 1, maxLength: 4 });
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(at, bytes).map(([where, put]): Mutation => (mail) => {
    const index = Math.floor(where * mail.length);
    return Buffer.concat([mail.subarray(0, index), put, mail.subarray(index + put.length)]);
  }),
  fc.tuple(at, bytes).map(([where, put]): Mutation => (mail) => {
    const index = Math.floor(where * mail.length);
    return Buffer.concat([mail.subarray(0, index), put, mail.subarray(index)]);
  }),
  fc.tuple(at, at).map(([from, length]): Mutation => (mail) => {
    const index = Math.floor(from * mail.length);
    return Buffer.concat([mail.subarray(0, index), mail.subarray(index + Math.floor(length * 200))]);
  }),
  at.map(
    (where): Mutation =>
      (mail) =>
        mail.subarray(0, Math.floor(where * mail.length)),
  ),
  fc.tuple(at, at).map(([one, other]): Mutation => (mail) => {
    const lines = mail.toString('latin1').split('\n');
    const line = lines[Math.floor(one * lines.length)] ?? '';
    lines.splice(Math.floor(other * lines.length), 0, line);
    return Buffer.from(lines.join('\n'), 'latin1');
  }),
);

test('decoding is total on real PDUs that something happened to, strict or not, and reads them all alike', () => {
  const damaged = fc.tuple(fc.constantFrom(...corpus), fc.array(mutation, { minLength: 1, maxLength: 5 }));
  fc.assert(
    fc.property(
      damaged,
      fc.boolean(),
      fc.integer({ min: 1, max: 90 }),
      ([original, mutations], strict, chunk) => {
        const mail = mutations.reduce<Buffer>((changed, mutate) => mutate(changed), original);
        const pdu = decodeMail(mail, { strict });
        const judged = {
          pdu,
          rcptTo: ['+447700900456'],
          refusal: null,
          rcptReplies: [],
          deliverTo: [],
          arrivedAt,
        };
        assert.ok(JSON.stringify(expectationOf(judged)).includes('"warnings":['));
        assert.deepEqual(readMail(mail, chunk), readMail(mail));
      },
    ),
    { numRuns: numRuns * 3 },
  );
});
