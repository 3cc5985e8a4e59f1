import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { splitIntoLegs } from '../../domain/routing/legs.ts';

const routed = (recipient: string, account: string) => ({
  recipient,
  partner: account.slice(0, 1),
  account,
});
const atMost = (account: string) => (account.startsWith('a') ? 2 : 1);

test('one leg a route, cut at what one PDU may carry, in the order given', () => {
  const legs = splitIntoLegs(
    [
      routed('1', 'a-out'),
      routed('2', 'b-out'),
      routed('3', 'a-out'),
      routed('4', 'a-out'),
      routed('5', 'b-out'),
    ],
    atMost,
  );
  assert.deepEqual(legs, [
    { partner: 'a', account: 'a-out', recipients: ['1', '3'] },
    { partner: 'b', account: 'b-out', recipients: ['2'] },
    { partner: 'a', account: 'a-out', recipients: ['4'] },
    { partner: 'b', account: 'b-out', recipients: ['5'] },
  ]);
  assert.deepEqual(splitIntoLegs([], atMost), []);
});

test('every recipient is in one leg of its route, and no leg is too large', () => {
  const recipients = fc.array(fc.constantFrom('a-out', 'a-two', 'b-out'), { maxLength: 40 });
  fc.assert(
    fc.property(recipients, (accounts) => {
      const all = accounts.map((account, n) => routed(String(n), account));
      const legs = splitIntoLegs(all, atMost);
      const back = legs.flatMap((leg) => leg.recipients.map((recipient) => routed(recipient, leg.account)));
      assert.deepEqual(
        back.toSorted((a, b) => Number(a.recipient) - Number(b.recipient)),
        all,
      );
      for (const leg of legs) assert.ok(leg.recipients.length <= atMost(leg.account));
    }),
  );
});
