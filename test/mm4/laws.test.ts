import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { parseAddress } from '../../domain/mm4/address.ts';
import { encodeReport, encodeRes } from '../../domain/mm4/encode.ts';
import { expectationOf } from '../../domain/mm4/expectation.ts';
import { splitHeaderBlock } from '../../domain/mm4/header-block.ts';
import { normaliseId, renderId } from '../../domain/mm4/ids.ts';
import { requestStatuses } from '../../domain/mm4/pdu.ts';
import { relayForward } from '../../domain/mm4/relay.ts';
import { renderAddress } from '../../domain/mm4/render-address.ts';
import {
  arrivedAt,
  asDelivery,
  asForward,
  asRead,
  asRes,
  decodeMail,
  forwardMail,
  readMail,
} from './support.ts';

/** Pieces that mail is made of, so that arbitrary bytes come near to being a PDU. */
const piece = fc.oneof(
  fc.constantFrom(
    '\r\n',
    '\n',
    '--b',
    '--b--',
    '--',
    'Content-Type: multipart/mixed; boundary="b"',
    '.',
    '\0',
    'ÿ',
  ),
  fc.constantFrom(
    'X-Mms-Message-Type: MM4_forward.REQ',
    'X-Mms-Expiry: ',
    'Content-Transfer-Encoding: base64',
    'To: ',
  ),
  fc.constantFrom(
    'multipart/related; boundary=c',
    '--c',
    'Content-ID: <a>',
    ' ',
    '\t',
    '=',
    ':',
    ';',
    '"',
    '<',
    '>',
  ),
  fc.string({ maxLength: 20 }),
);
const mail = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1'));

test('decoding is total on arbitrary bytes', () => {
  fc.assert(
    fc.property(mail, fc.boolean(), (bytes, strict) => {
      const pdu = decodeMail(bytes, { strict });
      const judged = {
        pdu,
        rcptTo: ['+447700900456'],
        arrivedAt,
        refusal: null,
        rcptReplies: [],
        deliverTo: [],
      };
      assert.ok(JSON.stringify(expectationOf(judged)).includes('"warnings":['));
    }),
    { numRuns: 2_000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => void decodeMail(bytes)));
});

test('any chunking reads the same', () => {
  fc.assert(
    fc.property(mail, fc.integer({ min: 1, max: 40 }), (bytes, chunk) => {
      assert.deepEqual(readMail(bytes, chunk), readMail(bytes));
    }),
    { numRuns: 2_000 },
  );
});

test('head and body together are the mail, and the fields together the head', () => {
  fc.assert(
    fc.property(mail, (bytes) => {
      const read = readMail(bytes);
      assert.ok(Buffer.from(read.head).equals(bytes.subarray(0, read.head.length)));
      assert.equal(read.head.length + read.bodySize, bytes.length);
      const raw = read.fields.map((field) => field.raw).join('');
      assert.equal(
        raw,
        Buffer.from(read.head)
          .toString('latin1')
          .replace(/\r?\n?$/, (end) => (raw.endsWith(end) ? end : ''))
          .slice(0, raw.length),
      );
    }),
  );
});

test('normalising an id twice changes nothing more, and a rendered id reads back', () => {
  const id = fc.string({
    unit: fc.constantFrom(...Array.from('abcXYZ019.@-_/+=')),
    minLength: 1,
    maxLength: 40,
  });
  fc.assert(
    fc.property(id, fc.constantFrom('quoted', 'bare', 'angle'), (text, quoting) => {
      assert.equal(normaliseId(renderId(text, quoting)), text);
      assert.equal(normaliseId(normaliseId(text)), normaliseId(text));
    }),
  );
});

const token = fc.string({
  unit: fc.constantFrom(...Array.from('abcdefXYZ0123456789.-')),
  minLength: 1,
  maxLength: 30,
});
const statusText = fc.string({ maxLength: 60 }).map((text) =>
  text
    .replace(/[^\x20-\x7e]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim(),
);
const instant = fc.integer({ min: 946_684_800, max: 4_102_444_800 }).map((seconds) => seconds * 1_000);

test('an address that is read, written for the wire and read again is the same', () => {
  const number = fc.bigInt({ min: 10n ** 7n, max: 10n ** 15n - 1n }).map((digits) => `+${digits}`);
  const text = fc.oneof(number, fc.emailAddress(), fc.constantFrom('60300', '192.0.2.7/TYPE=IPv4'));
  fc.assert(
    fc.property(text, fc.boolean(), (written, typeSuffix) => {
      const address = parseAddress(written);
      const wire = renderAddress({ kind: address.kind, address: address.value }, 'op.example', typeSuffix);
      const again = parseAddress(wire, 'strict');
      if (address.kind !== 'malformed') assert.equal(again.value, address.value, wire);
    }),
  );
});

test('a RES reads back as it was encoded', () => {
  fc.assert(
    fc.property(
      token,
      token,
      fc.constantFrom(...requestStatuses),
      statusText,
      instant,
      (tx, id, status, text, date) => {
        const res = asRes(
          decodeMail(
            Buffer.from(
              encodeRes({
                type: 'MM4_forward.RES',
                version: '6.10.0',
                transactionId: `"${tx}"`,
                messageId: `"${id}"`,
                status,
                text,
                systemAddress: 'system-user@mmsc.hub.example',
                to: 'system-user@mmsc.op-a.example',
                rfcMessageId: '<1@mmsc.hub.example>',
                date,
              }),
            ),
          ),
        );
        assert.deepEqual(
          [
            res.transactionId?.normal,
            res.messageId?.raw,
            res.status.requestStatus,
            res.status.text ?? '',
            res.date,
          ],
          [tx, `"${id}"`, status, text, date],
        );
        assert.deepEqual(res.warnings, []);
      },
    ),
  );
});

test('reports read back as they were encoded', () => {
  const about = fc.oneof(
    fc.record({
      kind: fc.constant('delivery' as const),
      status: fc.constantFrom(
        'Retrieved' as const,
        'Expired' as const,
        'Deferred' as const,
        'Indeterminate' as const,
      ),
      toOriginatorUA: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('read' as const),
      status: fc.constantFrom('Read' as const, 'Deleted without being read' as const),
    }),
  );
  fc.assert(
    fc.property(about, token, fc.boolean(), instant, (what, tx, requestAck, date) => {
      const report = encodeReport({
        about: what,
        version: '6.10.0',
        transactionId: `"${tx}"`,
        messageId: '"mm-1@mmsc.op-a.example"',
        recipient: '+447700900456/TYPE=PLMN@mmsc.op-b.example',
        originator: '+447700900123/TYPE=PLMN@mmsc.op-a.example',
        requestAck,
        systemAddress: 'system-user@mmsc.hub.example',
        rfcMessageId: '<1@mmsc.hub.example>',
        date,
      });
      const pdu = decodeMail(Buffer.from(report));
      const read = what.kind === 'delivery' ? asDelivery(pdu) : asRead(pdu);
      assert.equal('mmStatus' in read.status ? read.status.mmStatus : read.status.readStatus, what.status);
      assert.deepEqual(
        [
          read.subject?.value,
          read.destination?.value,
          read.transactionId?.normal,
          read.ackRequest,
          read.date,
        ],
        ['+447700900456', '+447700900123', tx, requestAck, date],
      );
      assert.deepEqual(read.warnings, []);
    }),
  );
});

test('a relayed forward changes what is ours and nothing else', () => {
  const extra = fc.dictionary(
    fc
      .string({ unit: fc.constantFrom(...Array.from('abcXYZ-')), minLength: 1, maxLength: 12 })
      .map((name) => `Q${name}`),
    fc.string({ maxLength: 40 }).map((value) => value.replace(/[\r\n\0]/g, '')),
    { maxKeys: 5 },
  );
  fc.assert(
    fc.property(extra, (headers) => {
      const fields = splitHeaderBlock(readMail(forwardMail({ Bcc: 'x@y.example', ...headers })).head);
      const ours = new Set([
        'received',
        'message-id',
        'sender',
        'from',
        'x-mms-transaction-id',
        'x-mms-originator-system',
        'x-mms-ack-request',
        'x-mms-3gpp-mms-version',
        'bcc',
      ]);
      const head = relayForward(fields, {
        received: 'from a by b; Mon, 23 Nov 2026 12:00:00 +0000',
        rfcMessageId: '<2@mmsc.hub.example>',
        sender: '+447700900123/TYPE=PLMN@mmsc.hub.example',
        from: '+447700900123/TYPE=PLMN@mmsc.hub.example',
        transactionId: '"tx-2"',
        systemAddress: 'system-user@mmsc.hub.example',
        requestAck: false,
        version: '5.5.0',
        expiry: null,
      });
      const raw = (list: ReturnType<typeof splitHeaderBlock>): string[] =>
        list.filter(({ name }) => !ours.has(name.toLowerCase())).map((field) => field.raw);
      const relayed = splitHeaderBlock(head);
      assert.deepEqual(raw(relayed), raw(fields));
      const pdu = asForward(decodeMail(Buffer.concat([head, Buffer.from('Hello')])));
      assert.deepEqual(
        [
          pdu.transactionId?.normal,
          pdu.messageId?.normal,
          pdu.originatorSystem,
          pdu.ackRequest,
          pdu.version?.raw,
        ],
        ['tx-2', 'mm-1@mmsc.op-a.example', 'system-user@mmsc.hub.example', false, '5.5.0'],
      );
      assert.ok(!relayed.some(({ name }) => name.toLowerCase() === 'bcc'));
    }),
  );
});
