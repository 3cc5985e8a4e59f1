import assert from 'node:assert/strict';
import { test } from 'node:test';

import { composeForward, type NewForward } from '../../domain/mm4/compose.ts';
import { encodeRes, type ResContent } from '../../domain/mm4/encode.ts';
import { asForward, asRes, decodeMail } from './support.ts';

const forward: NewForward = {
  parts: [
    { type: 'text/plain; charset=utf-8', name: 'text.txt', bytes: Buffer.from('Grüße') },
    { type: 'image/png', name: 'a.png', bytes: Buffer.alloc(200, 7) },
  ],
  from: '+447700900123/TYPE=PLMN@mmsc.op-a.example',
  to: Array.from({ length: 30 }, (_, at) => `+4477009004${10 + at}/TYPE=PLMN@mmsc.op-b.example`),
  subject: 'Grüße aus Köln, '.repeat(10).trim(),
  transactionId: 'tx-1',
  messageId: 'mm-1@mmsc.op-a.example',
  rfcMessageId: '<1@mmsc.op-a.example>',
  systemAddress: 'system-user@mmsc.op-a.example',
  date: Date.parse('2026-11-23T12:00:00Z'),
  version: '6.10.0',
  requestAck: true,
  deliveryReport: true,
  readReply: false,
  boundary: 'xyz',
};

const envelope = { mailFrom: forward.from, rcptTo: forward.to };

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

test('a composed forward.REQ reads back by the book, strictly too', () => {
  const pdu = asForward(decodeMail(composeForward(forward), { strict: true, envelope }));
  assert.deepEqual([pdu.errors, pdu.warnings], [[], []]);
  assert.deepEqual(
    [pdu.subject, pdu.transactionId?.raw, pdu.messageId?.raw, pdu.answerTo, pdu.rootPart],
    [forward.subject, '"tx-1"', '"mm-1@mmsc.op-a.example"', forward.systemAddress, 'smil'],
  );
  assert.deepEqual(
    pdu.to.map(({ raw }) => raw),
    forward.to,
  );
  assert.deepEqual(
    pdu.parts.map(({ type, encoding, name }) => [type, encoding, name]),
    [
      ['application/smil', 'base64', 'smil.smil'],
      ['text/plain', 'base64', 'text.txt'],
      ['image/png', 'base64', 'a.png'],
    ],
  );
  assert.deepEqual(
    pdu.parts.slice(1).map(({ size }) => size),
    [Buffer.byteLength('Grüße'), 200],
  );
});

test('every line of what we write is short and ASCII', () => {
  const named = { type: 'image/png', name: 'Grüße.png', bytes: Buffer.from('x') };
  const lines = latin1(composeForward({ ...forward, parts: [...forward.parts, named] })).split('\r\n');
  for (const line of lines) assert.match(line, /^[\x20-\x7e]{0,78}$/);
});

test('text alone is mixed and has no SMIL', () => {
  const text = composeForward({ ...forward, parts: forward.parts.slice(0, 1) });
  const pdu = asForward(decodeMail(text, { envelope }));
  assert.deepEqual([pdu.parts.length, pdu.rootPart, pdu.warnings], [1, undefined, []]);
});

const res: ResContent = {
  type: 'MM4_forward.RES',
  version: '5.9.0',
  transactionId: '"tx-1"',
  messageId: null,
  status: 'Error-network-problem',
  systemAddress: 'system-user@mmsc.hub.example',
  to: 'system-user@mmsc.op-a.example',
  rfcMessageId: '<1@mmsc.hub.example>',
  date: forward.date,
};

test('the three RES read back, with odd ids and long texts of any script', () => {
  const transactionId = '\'odd <id> "with" everything\'';
  for (const type of ['MM4_forward.RES', 'MM4_delivery_report.RES', 'MM4_read_reply_report.RES'] as const) {
    const bytes = encodeRes({ ...res, type, transactionId, text: '漢'.repeat(250) });
    const read = asRes(decodeMail(bytes));
    assert.deepEqual(
      [read.kind, read.status.requestStatus, read.status.class, read.status.text, read.transactionId?.raw],
      [type, 'Error-network-problem', 'transient', '漢'.repeat(200), transactionId],
    );
    const lines = latin1(bytes).split('\r\n');
    for (const line of lines) assert.match(line, /^[\x20-\x7e]{0,98}$/);
    assert.ok(latin1(bytes).endsWith('\r\n\r\n'), 'a blank line ends the header block');
  }
});

test('an id of raw octets is echoed octet for octet', () => {
  const raw = '"tx-\xc3\xa9"';
  const asked = asRes(
    decodeMail(`X-Mms-Message-Type: MM4_forward.RES\r\nX-Mms-Transaction-ID: ${raw}\r\n\r\n`),
  );
  const answer = encodeRes({ ...res, transactionId: asked.transactionId?.raw ?? '' });
  assert.ok(latin1(answer).includes(`X-Mms-Transaction-ID: ${raw}\r\n`));
});
