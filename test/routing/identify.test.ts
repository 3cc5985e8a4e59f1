import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { authenticate, identify } from '../../domain/routing/identify.ts';
import { load } from '../config/support.ts';

const partnersOf = (vasps: string) =>
  load(
    `
node: { name: n, domains: [own.example] }
partners:
${vasps}`,
    { PW: 'right', PW2: 'other' },
  ).configuration.partners;

const partners = partnersOf(`
  - name: a
    vasps:
      - { account: 192.0.2.10 }
      - { account: site2, ipRestrictions: ["192.0.2.16/28", "198.51.100.*", "2001:db8::/32"] }
      - { account: one-of-site2, ipRestrictions: [192.0.2.20] }
  - name: b
    vasps:
      - { account: b-login, password: "\${PW}", ipRestrictions: ["203.0.113.0/24", 192.0.2.10] }
`);

function who(address: string, among = partners): string {
  const identity = identify(among, address);
  return identity.kind === 'vasp' ? `${identity.partner.name} ${identity.vasp.account}` : identity.kind;
}

test('an address tells the VASP entry', () => {
  const cases: [address: string, who: string][] = [
    ['192.0.2.10', 'a 192.0.2.10'],
    ['::ffff:192.0.2.10', 'a 192.0.2.10'],
    ['192.0.2.31', 'a site2'],
    ['192.0.2.20', 'a one-of-site2'],
    ['198.51.100.77', 'a site2'],
    ['2001:db8::1', 'a site2'],
    ['203.0.113.9', 'may-auth'],
    ['192.0.2.32', 'stranger'],
    ['site2', 'stranger'],
    ['', 'stranger'],
  ];
  for (const [address, expected] of cases) assert.equal(who(address), expected, address);
});

test('strangers may reach AUTH where some login is not bound to addresses', () => {
  const open = partnersOf('  - { name: b, vasps: [{ account: b-login, password: "${PW}" }] }');
  assert.equal(who('8.8.8.8', open), 'may-auth');
  assert.equal(who('2001:db8::1', open), 'may-auth');
});

function login(address: string, name: string, password: string): string {
  const account = authenticate(partners, address, name, password);
  return E.isLeft(account) ? account.left : `${account.right.partner.name} ${account.right.vasp.account}`;
}

test('a login needs its password, and its addresses if it is bound to some', () => {
  assert.equal(login('203.0.113.9', 'b-login', 'right'), 'b b-login');
  assert.equal(login('192.0.2.10', 'b-login', 'right'), 'b b-login');
  assert.equal(login('203.0.113.9', 'b-login', 'wrong'), 'wrong-password');
  assert.equal(login('192.0.2.31', 'b-login', 'right'), 'wrong-address');
  assert.equal(login('203.0.113.9', 'nobody', 'right'), 'unknown-login');
});

test('an entry without a password is no login', () => {
  assert.equal(login('192.0.2.20', 'site2', ''), 'unknown-login');
});

test('passwords are compared by the comparison that is given', () => {
  const asked: string[][] = [];
  const account = authenticate(partners, '203.0.113.9', 'b-login', 'any', (given, right) => {
    asked.push([given, right]);
    return true;
  });
  assert.ok(E.isRight(account));
  assert.deepEqual(asked, [['any', 'right']]);
});
