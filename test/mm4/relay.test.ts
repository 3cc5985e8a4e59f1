import assert from 'node:assert/strict';
import { test } from 'node:test';

import { headerLine } from '../../domain/mm4/encode.ts';
import { splitHeaderBlock } from '../../domain/mm4/header-block.ts';
import { relayForward, relayPlainMail, type RelayChanges } from '../../domain/mm4/relay.ts';
import { forwardMail, readMail } from './support.ts';

const changes: RelayChanges = {
  received:
    'from mx.op-a.example ([192.0.2.1]) by mmsc.hub.example with ESMTP id 1; Mon, 23 Nov 2026 12:00:11 +0000',
  rfcMessageId: '<2@mmsc.hub.example>',
  sender: '+447700900123/TYPE=PLMN@mmsc.hub.example',
  from: '+447700900123/TYPE=PLMN@mmsc.hub.example',
  transactionId: '"tx-2"',
  systemAddress: 'system-user@mmsc.hub.example',
  requestAck: true,
  version: '6.10.0',
  expiry: null,
};

function relayed(mail: string, with_: Partial<RelayChanges> = {}): string {
  const head = relayForward(splitHeaderBlock(readMail(mail).head), { ...changes, ...with_ });
  return Buffer.from(head).toString('latin1');
}

function linesNamed(head: string, name: RegExp): readonly string[] {
  return splitHeaderBlock(Buffer.from(head, 'latin1'))
    .filter((field) => name.test(field.name))
    .map((field) => `${field.name}: ${field.value}`);
}

test('a header under an alias is the same header, and leaves under its own name, once', () => {
  const alias = forwardMail({ 'X-Mms-3GPP-MMS-Version': null, 'X-Mms-3gpp-Version': '5.3.0' });
  assert.deepEqual(linesNamed(relayed(alias), /version$/i).slice(0, 1), ['X-Mms-3GPP-MMS-Version: 6.10.0']);
  const both = forwardMail({ 'X-Mms-3GPP-Version': '5.3.0' });
  assert.deepEqual(linesNamed(relayed(both), /^x-mms-3gpp/i), ['X-Mms-3GPP-MMS-Version: 6.10.0']);
});

test('folding, case, raw octets and bare line feeds of other headers stay', () => {
  const odd = 'x-ODD:  a\r\n\t b \r\nX-Lf: c\nSubject: caf\xe9\r\n';
  assert.ok(relayed(odd + forwardMail()).includes(odd));
});

test('expiry is replaced only when said', () => {
  const mail = forwardMail({ 'X-Mms-Expiry': '86400' });
  assert.deepEqual(linesNamed(relayed(mail), /expiry/i), ['X-Mms-Expiry: 86400']);
  const absolute = 'Tue, 24 Nov 2026 12:00:00 +0000';
  assert.deepEqual(linesNamed(relayed(mail, { expiry: absolute }), /expiry/i), [`X-Mms-Expiry: ${absolute}`]);
});

test('a message that came without its type or id leaves with what it was taken for', () => {
  const head = relayed(forwardMail({ 'X-Mms-Message-Type': null, 'X-Mms-Message-ID': null }));
  assert.deepEqual(linesNamed(head, /^x-mms-message/i), [
    'X-Mms-Message-Type: MM4_forward.REQ',
    'X-Mms-Message-ID: "1.mail@mmsc.op-a.example"',
  ]);
  assert.deepEqual(linesNamed(head, /^message-id/i), ['Message-ID: <2@mmsc.hub.example>']);
});

test('a header block without an end gets one', () => {
  assert.ok(relayed('X-Mms-Message-Type: MM4_forward.REQ').endsWith('\r\n\r\n'));
});

test('as plain mail no X-Mms header leaves, nor Bcc', () => {
  const fields = splitHeaderBlock(readMail(forwardMail({ Bcc: 'x@y.example', 'x-mms-odd': '1' })).head);
  const head = Buffer.from(relayPlainMail(fields, changes)).toString('latin1');
  assert.deepEqual(linesNamed(head, /^x-mms|^bcc/i), []);
  assert.deepEqual(linesNamed(head, /^to$/i), ['To: +447700900456/TYPE=PLMN@mmsc.op-b.example']);
});

test('no value brings a line of its own', () => {
  assert.equal(headerLine(['To', 'a\r\nBcc: b\n c\0d']), 'To: a Bcc: b  c d\r\n');
  assert.equal(linesNamed(relayed(forwardMail(), { transactionId: '"a"\r\nX-Evil: 1' }), /evil/i).length, 0);
});

test('long values are folded before blanks and read back the same; ids never are', () => {
  const value = Array.from({ length: 40 }, (_, at) => `word${at}${'  '.repeat(at % 2)}`).join(' ');
  const line = headerLine(['X-Mms-Status-Text', value]);
  assert.ok(line.split('\r\n').every((part) => part.length <= 76));
  assert.equal(splitHeaderBlock(Buffer.from(line))[0]?.value, value.trimEnd());
  const id = `"${'a b '.repeat(40)}"`;
  assert.equal(headerLine(['X-Mms-Transaction-ID', id]), `X-Mms-Transaction-ID: ${id}\r\n`);
});
