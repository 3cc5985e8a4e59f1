import assert from 'node:assert/strict';
import { test } from 'node:test';

import { recode } from '../../domain/mm4/recode.ts';
import { asForward, decodeMail, forwardMail, readMail } from './support.ts';

const both = { sevenBit: true, lineLength: true };

function recoded(mail: string): string | null {
  const read = readMail(mail);
  const result = recode(read.fields, Buffer.from(mail.slice(read.head.length), 'latin1'), both);
  if (result === null) return null;
  return `${result.fields.map(({ raw }) => raw).join('')}\r\n${Buffer.from(result.body).toString('latin1')}`;
}

const digests = (mail: string): readonly string[] =>
  asForward(decodeMail(mail)).parts.map(({ sha256 }) => sha256);

test('parts that a partner cannot take become base64 of the same octets; the others stay', () => {
  const safe = '--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n';
  const eight =
    '--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nP\xc5\x99\xc3\r\n';
  const long = `--b\r\n\r\n${'x'.repeat(2_000)}\r\n`;
  const nested = `--b\r\nContent-Type: multipart/related; boundary=c\r\n\r\n--c\r\nContent-Type: image/gif\r\n\r\nGIF\x89\xff\r\n--c--\r\n`;
  const mail = forwardMail({}, `pre\r\n${safe}${eight}${long}${nested}--b--\r\nepilogue\r\n`);
  const result = recoded(mail) ?? '';
  assert.deepEqual(digests(result), digests(mail));
  assert.ok(!/[\x80-\xff]/.test(result));
  assert.ok(result.split('\r\n').every((line) => line.length <= 998));
  assert.ok(result.includes(safe));
  assert.ok(result.endsWith('--b--\r\nepilogue\r\n'));
});

test('a single part is recoded as a whole', () => {
  const mail = forwardMail(
    { 'Content-Type': 'text/plain', 'Content-Transfer-Encoding': '8bit' },
    'caf\xe9\r\n',
  );
  const result = recoded(mail) ?? '';
  assert.deepEqual(digests(result), digests(mail));
  assert.equal(asForward(decodeMail(result)).parts[0]?.encoding, 'base64');
});

test('nothing is touched where nothing has to be', () => {
  assert.equal(recoded(forwardMail({}, '--b\r\n\r\nplain\r\n--b--\r\n')), null);
  assert.equal(
    recoded(forwardMail({}, '--b\r\nContent-Transfer-Encoding: base64\r\n\r\naGk=\r\n--b--\r\n')),
    null,
  );
});
