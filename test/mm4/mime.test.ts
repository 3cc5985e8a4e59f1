import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { splitHeaderBlock } from '../../domain/mm4/header-block.ts';
import { wrapMultipart } from '../../domain/mm4/wrap-multipart.ts';
import { asForward, decodeMail, forwardMail, readMail } from './support.ts';

const digest = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');

/** Type and content of each part, contents by digest. */
function partsOf(contentType: string, body: string): readonly (readonly [string, string])[] {
  const pdu = asForward(decodeMail(forwardMail({ 'Content-Type': contentType }, body)));
  return pdu.parts.map(({ type, sha256 }) => [type, sha256]);
}

const part = (headers: string, content: string, boundary = 'b'): string =>
  `--${boundary}\r\n${headers}\r\n\r\n${content}\r\n`;

test('parts are found wherever a chunk ends, also where the first one ends with the header block', () => {
  const mail = forwardMail({}, `${part('Content-Type: text/plain', 'one')}${part('', 'two')}--b--\r\n`);
  const whole = readMail(mail);
  assert.equal(whole.mime.parts.length, 2);
  for (let size = 1; size < mail.length; size += 1) assert.deepEqual(readMail(mail, size), whole, `${size}`);
});

test('nested multiparts are flattened, preamble and epilogue are no parts', () => {
  const inner = `${part('Content-Type: text/plain', 'one', 'c')}${part('Content-Type: text/html', 'two', 'c')}--c--\r\nepilogue`;
  const body = `preamble\r\n${part('Content-Type: multipart/alternative; boundary=c', inner)}${part('Content-Type: image/png', 'three')}--b--\r\nepilogue\r\n--b\r\nmore`;
  assert.deepEqual(partsOf('multipart/mixed; boundary="b"', body), [
    ['text/plain', digest('one')],
    ['text/html', digest('two')],
    ['image/png', digest('three')],
  ]);
});

test('an inner multipart whose end is missing ends with the outer one', () => {
  const body = `${part('Content-Type: multipart/related; boundary=c', part('Content-Type: text/plain', 'one', 'c'))}${part('Content-Type: image/png', 'two')}--b--\r\n`;
  const pdu = asForward(decodeMail(forwardMail({}, body)));
  assert.deepEqual(
    pdu.parts.map(({ type }) => type),
    ['text/plain', 'image/png'],
  );
  assert.ok(pdu.warnings.includes('missing-final-boundary'));
});

test('without a final boundary the last part runs to the end, less its last line end', () => {
  const pdu = asForward(decodeMail(forwardMail({}, '--b\r\n\r\nhello\r\n')));
  assert.equal(pdu.parts[0]?.sha256, digest('hello'));
  assert.ok(pdu.warnings.includes('missing-final-boundary'));
});

test('boundaries: unquoted, followed by blanks, one the beginning of another, bare line feeds, an empty part', () => {
  assert.deepEqual(partsOf('multipart/mixed; Boundary=b', '--b \t\r\n\r\none\r\n--b-- \r\n'), [
    ['text/plain', digest('one')],
  ]);
  assert.deepEqual(partsOf('multipart/mixed; boundary=b', '--b\r\n\r\none\r\n--bb\r\n--b--'), [
    ['text/plain', digest('one\r\n--bb')],
  ]);
  assert.deepEqual(partsOf('multipart/mixed; boundary=b', '--b\n\none\n--b--\n'), [
    ['text/plain', digest('one')],
  ]);
  assert.deepEqual(partsOf('multipart/mixed; boundary=b', '--b\r\n\r\none\r\n--x\n--b--\n'), [
    ['text/plain', digest('one\r\n--x')],
  ]);
  assert.deepEqual(partsOf('multipart/mixed; boundary=b', '--b\r\n--b\r\n\r\n--b--'), [
    ['text/plain', digest('')],
    ['text/plain', digest('')],
  ]);
});

test('of a boundary said twice the first counts; encodings in quotes, with comments', () => {
  assert.deepEqual(partsOf('multipart/mixed; boundary=b; boundary=c', `${part('X: y', 'one')}--b--`), [
    ['text/plain', digest('one')],
  ]);
  for (const encoding of ['"base64"', 'Base64 (really)', ' base64;']) {
    const headers = `Content-Transfer-Encoding: ${encoding}`;
    assert.deepEqual(partsOf('multipart/mixed; boundary=b', `${part(headers, 'aGk=')}--b--`), [
      ['text/plain', digest('hi')],
    ]);
  }
});

test('WAP multiparts, and a multipart that names no boundary', () => {
  const wap = partsOf(
    'application/vnd.wap.multipart.related; boundary=b',
    `${part('Content-Type: image/gif', 'x')}--b--`,
  );
  assert.deepEqual(wap, [['image/gif', digest('x')]]);
  assert.deepEqual(partsOf('multipart/mixed', 'x'), [['multipart/mixed', digest('x')]]);
});

test('what a part says of itself: ids in quotes and brackets, names, charset, encoding in any case', () => {
  const headers = [
    'content-type: IMAGE/JPEG; NAME="a b.jpg"; Charset=UTF-8',
    'Content-Id: "<p1>"',
    'Content-Location: a.jpg',
    'Content-Transfer-Encoding: BASE64',
  ].join('\r\n');
  const pdu = asForward(decodeMail(forwardMail({}, `${part(headers, 'aGVsbG8')}--b--\r\n`)));
  assert.deepEqual(pdu.parts, [
    {
      type: 'image/jpeg',
      encoding: 'base64',
      contentId: 'p1',
      contentLocation: 'a.jpg',
      name: 'a b.jpg',
      charset: 'utf-8',
      size: 5,
      sha256: digest('hello'),
    },
  ]);
  assert.ok(pdu.warnings.includes('content-id-quoted'));
});

test('the root of a multipart/related: start, else the SMIL part, else the first', () => {
  const parts = `${part('Content-Type: image/png\r\nContent-ID: <pic>', 'x')}${part('Content-Type: application/smil\r\nContent-ID: <smil>', 'y')}--b--\r\n`;
  const root = (parameters: string): string | undefined =>
    asForward(
      decodeMail(forwardMail({ 'Content-Type': `multipart/related; boundary=b${parameters}` }, parts)),
    ).rootPart;
  assert.equal(root('; start="<pic>"'), 'pic');
  assert.equal(root('; Start=smil'), 'smil');
  assert.equal(root('; start="<nowhere>"'), 'smil');
  assert.equal(root(''), 'smil');
});

test('hostile: thousands of parts, deep nesting, endless part headers stay bounded and say so', () => {
  const many = asForward(decodeMail(forwardMail({}, `${part('', 'x').repeat(20_000)}--b--`)));
  assert.ok(many.parts.length <= 500);
  assert.ok(many.errors.includes('content-too-complex'));
  const deep = Array.from(
    { length: 1_000 },
    (_, depth) => `--b\r\nContent-Type: multipart/mixed; boundary=b${depth}\r\n\r\n`,
  );
  assert.ok(asForward(decodeMail(forwardMail({}, deep.join('')))).parts.length <= 500);
  const endless = asForward(decodeMail(forwardMail({}, `--b\r\n${'A: b\r\n'.repeat(10_000)}`)));
  assert.ok(endless.errors.includes('content-too-complex'));
});

test('a header block beyond the limit is cut, and the rest counts as body', () => {
  const read = readMail(`X-A: ${'a'.repeat(100_000)}\r\n\r\nbody`);
  assert.equal(read.headTooLong, true);
  assert.equal(read.head.length, 65_536);
});

test('a single part made a multipart keeps its octets and what describes them', () => {
  const mail = forwardMail(
    { 'Content-Type': 'image/png', 'Content-Transfer-Encoding': 'base64' },
    'aGVsbG8=\r\n',
  );
  const read = readMail(mail);
  const wrapped = wrapMultipart(splitHeaderBlock(read.head), 'xyz');
  assert.ok(wrapped !== null);
  const head = wrapped.fields.map(({ raw }) => raw).join('');
  const body = mail.slice(read.head.length);
  const pdu = asForward(
    decodeMail(Buffer.concat([Buffer.from(`${head}\r\n`), wrapped.before, Buffer.from(body), wrapped.after])),
  );
  assert.deepEqual(
    pdu.parts.map(({ type, encoding, sha256 }) => [type, encoding, sha256]),
    [['image/png', 'base64', digest('hello')]],
  );
  assert.ok(!pdu.warnings.includes('single-part-body'));
  assert.equal(wrapMultipart(splitHeaderBlock(readMail(forwardMail()).head), 'xyz'), null);
});
