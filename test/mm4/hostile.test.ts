import assert from 'node:assert/strict';
import { test } from 'node:test';

import { asForward, controlMail, decodeMail, forwardMail } from './support.ts';

/**
 * Inputs within every limit on which a pattern or a loop that goes back would take minutes. They have no clock: what is quadratic does not
 * end within the runner's patience.
 */
const many = (text: string, times: number): string => text.repeat(times);

const part = (name: string, body: string): string => forwardMail({ 'Content-Transfer-Encoding': name }, body);

test('quoted-printable of nothing but blanks', () => {
  const mail = part('quoted-printable', `${many(' ', 400_000)}x\n`).replace('multipart/mixed', 'text/plain');
  assert.equal(asForward(decodeMail(mail)).parts[0]?.size, 400_002);
});

test('part headers that look like boundaries', () => {
  const head = `--b\r\n${many('--a: b\r\n', 1_900)}`;
  assert.equal(asForward(decodeMail(forwardMail({}, many(head, 20)))).parts.length, 20);
});

test('headers of a single character, without end', () => {
  const room = 60_000;
  for (const character of [
    '<',
    '>',
    '"',
    "'",
    '(',
    ',',
    ';',
    ':',
    '@',
    '=',
    '\\',
    '/',
    '.',
    ' ',
    '\t',
    '?',
  ]) {
    const value = `a@b${many(character, room)}x`;
    for (const name of ['To', 'From', 'Sender', 'Subject', 'Date', 'Content-Type', 'X-Mms-Expiry']) {
      decodeMail(forwardMail({ [name]: value }));
    }
    const report = { 'X-Mms-Ack-Request': 'Yes', Sender: value, 'X-Mms-Previously-sent-by': value };
    assert.equal(decodeMail(controlMail('MM4_delivery_report.REQ', report)).kind, 'MM4_delivery_report.REQ');
  }
});

test('pairs of characters, without end', () => {
  for (const pair of ['"\\', '=?', '?=', ';a', 'a:', ':<', ', ', '0,', '(a', '*0', '<>', '/type=']) {
    const value = `a@b${many(pair, 60_000 / pair.length)}`;
    for (const name of ['To', 'Subject', 'Content-Type', 'X-Mms-Previously-sent-by', 'X-Mms-Message-ID']) {
      assert.equal(decodeMail(forwardMail({ [name]: value })).kind, 'MM4_forward.REQ');
    }
  }
});

test('an id that could not be echoed counts as missing', () => {
  for (const id of [`"${many('i', 998)}"`, '"a\0b"', '""', '" "']) {
    const pdu = decodeMail(forwardMail({ 'X-Mms-Transaction-ID': id }));
    assert.deepEqual(pdu.transactionId?.synthesised, true, id.slice(0, 20));
    assert.deepEqual(pdu.warnings.includes('transaction-id-synthesised'), true);
  }
});
