import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as E from 'fp-ts/lib/Either.js';

import { parseMail, parseRcpt } from '../../adapters/smtp-in/mail-commands.ts';

const code = (result: E.Either<{ code: number; enhanced?: string }, unknown>): string =>
  E.isLeft(result) ? `${result.left.code} ${result.left.enhanced ?? ''}` : 'taken';

test('addresses come out exactly as they stand between the brackets', () => {
  const addresses = [
    '+447700900456/TYPE=PLMN@Mmsc.OP-B.example',
    '+447700900456/TYPE=PLMN',
    '447700900456',
    '60300/TYPE=SHORTCODE@op-b.example',
    '"a <b> \\"c"@x.example',
    '"+44 7700"/TYPE=PLMN@x.example',
    'xn--mnchen-3ya@xn--mnchen-3ya.example',
    '@relay.example:user@op-b.example',
    'user@[192.0.2.1]',
    'user@[IPv6:2001:DB8::1]',
    'a..b.@x..example.',
    'a@b@c',
  ];
  for (const address of addresses) {
    assert.deepEqual(parseRcpt(`RCPT TO:<${address}>`), E.right(address));
    assert.deepEqual(parseMail(`MAIL FROM:<${address}>`), E.right({ address, size: undefined }));
  }
});

test('spaces and case around the brackets do not matter', () => {
  for (const line of [
    'MAIL FROM: <a@b>',
    'mail from:<a@b>',
    'Mail  From : <a@b>  ',
    'MAIL FROM:<a@b> BODY=7bit',
  ])
    assert.deepEqual(parseMail(line), E.right({ address: 'a@b', size: undefined }));
  assert.deepEqual(parseRcpt('rcpt to: <a@b> NOTIFY=NEVER'), E.right('a@b'));
});

test('the null sender is an address, a null recipient is not', () => {
  assert.deepEqual(parseMail('MAIL FROM:<>'), E.right({ address: '', size: undefined }));
  assert.equal(code(parseRcpt('RCPT TO:<>')), '553 5.1.3');
});

test('SIZE is read, other parameters that ask for nothing are passed over', () => {
  assert.deepEqual(
    parseMail('MAIL FROM:<a@b> size=41230 BODY=8BITMIME AUTH=<> RET=HDRS'),
    E.right({ address: 'a@b', size: 41230 }),
  );
});

test('parameters that cannot be honoured or read are refused', () => {
  const refused = {
    'SIZE=': '501 5.5.4',
    'SIZE=-1': '501 5.5.4',
    'SIZE=123456789012345678901': '501 5.5.4',
    'SIZE=1 SIZE=2': '501 5.5.4',
    'BODY=BINARYMIME': '501 5.5.4',
    SMTPUTF8: '555 5.5.4',
    REQUIRETLS: '555 5.5.4',
  };
  for (const [parameters, reply] of Object.entries(refused))
    assert.equal(code(parseMail(`MAIL FROM:<a@b> ${parameters}`)), reply, parameters);
});

test('what has no brackets, or in them what no address has, is a syntax error', () => {
  const bad = [
    'a@b',
    '<a@b',
    'a@b>',
    '<a b@c>',
    '<a<b@c>',
    '<a@b>SIZE=1',
    '<m\xfcller@x>',
    '<a\0b@x>',
    '<a\tb@x>',
    '',
    '<"a@b>',
  ];
  for (const path of bad) {
    assert.equal(code(parseMail(`MAIL FROM:${path}`)), '553 5.1.7', path);
    assert.equal(code(parseRcpt(`RCPT TO:${path}`)), '553 5.1.3', path);
  }
  assert.equal(code(parseMail('MAIL TO:<a@b>')), '553 5.1.7');
  assert.equal(code(parseMail(`MAIL FROM:<${'a'.repeat(321)}>`)), '553 5.1.7');
});
