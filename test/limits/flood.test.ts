import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import type { FloodRule } from '../../domain/configuration.ts';
import { floodWatch, type Sighting } from '../../domain/limits/flood.ts';
import { slidingCount } from '../../domain/limits/sliding-count.ts';

const within = 60_000;

const instants = fc
  .array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 200 })
  .map((gaps) => {
    let now = 1_800_000_000_000;
    return gaps.map((gap) => (now += gap));
  });

describe('counting within a window', () => {
  test('forgets nothing early, and everything a hundredth of the window late', () => {
    fc.assert(
      fc.property(instants, (times) => {
        const count = slidingCount(within);
        for (const [index, now] of times.entries()) {
          const counted = count.add('one', now);
          const happened = (window: number): number =>
            times.slice(0, index + 1).filter((at) => at > now - window).length;
          assert.ok(counted >= happened(within));
          assert.ok(counted <= happened(within * 1.01 + 1));
        }
      }),
    );
  });

  test('counts each key by itself, and takes back what did not count', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.boolean())), (steps) => {
        const count = slidingCount(within);
        const expected = { a: 0, b: 0 };
        for (const [key, stays] of steps) {
          expected[key] += 1;
          assert.equal(count.add(key, 0), expected[key]);
          if (stays) continue;
          count.takeBack(key);
          expected[key] -= 1;
        }
      }),
    );
  });

  test('remembers the keys heard of last, and no more than so many', () => {
    const count = slidingCount(within, 100);
    for (let key = 0; key < 1_000; key += 1) {
      count.add(String(key), 0);
      count.add('loud', 0);
    }
    assert.equal(count.keys, 100);
    assert.equal(count.add('loud', 0), 1_001);
    assert.equal(count.add('999', 0), 2);
    assert.equal(count.add('1', 0), 1, 'forgotten');
  });
});

const rule = (more: Partial<FloodRule> = {}): FloodRule => ({
  of: 'sender',
  count: 3,
  within,
  same: 'any',
  do: 'hold',
  ...more,
});

const sighting = (more: Partial<Sighting> = {}): Sighting => ({
  partner: 'op-a',
  sender: '+1',
  recipients: ['+2'],
  content: () => 'x',
  ...more,
});

describe('a flood rule', () => {
  test('has had enough of one more than it allows, and again when the window has passed', () => {
    const watch = floodWatch([rule()]);
    const broken = (now: number): number => watch.see(sighting(), now).broken.length;
    assert.deepEqual([0, 1, 2, 3, 4].map(broken), [0, 0, 0, 1, 1]);
    assert.equal(broken(within * 3), 0);
  });

  test('counts senders, recipients and partners apart', () => {
    const of = (kind: FloodRule['of'], changed: Partial<Sighting>): boolean => {
      const watch = floodWatch([rule({ of: kind })]);
      for (let sent = 0; sent < 3; sent += 1) watch.see(sighting(), sent);
      return watch.see(sighting(changed), 3).broken.length > 0;
    };
    assert.equal(of('sender', { recipients: ['+9'], partner: 'op-b' }), true);
    assert.equal(of('sender', { sender: '+9' }), false);
    assert.equal(of('recipient', { recipients: ['+8', '+2'], sender: '+9' }), true);
    assert.equal(of('recipient', { recipients: ['+9'] }), false);
    assert.equal(of('partner', { sender: '+9', recipients: ['+9'] }), true);
    assert.equal(of('partner', { partner: 'op-b' }), false);
  });

  test('may look at what is the same only', () => {
    const watch = floodWatch([rule({ same: 'content' })]);
    for (let sent = 0; sent < 10; sent += 1) {
      assert.deepEqual(watch.see(sighting({ content: () => String(sent) }), sent).broken, []);
    }
    for (let sent = 0; sent < 2; sent += 1) watch.see(sighting({ content: () => '0' }), 10);
    assert.equal(watch.see(sighting({ content: () => '0' }), 10).broken.length, 1);
    assert.equal(watch.see(sighting({ content: () => '1' }), 10).broken.length, 0);
  });

  test('says why, the strictest of several first', () => {
    const watch = floodWatch([
      rule({ do: 'log', count: 1 }),
      rule({ do: 'refuse', of: 'partner', count: 1 }),
      rule({ count: 1, same: 'content' }),
    ]);
    watch.see(sighting(), 0);
    assert.deepEqual(watch.see(sighting(), 1).broken, [
      { do: 'refuse', why: 'more than 1 messages of partner op-a within 60 s' },
      { do: 'hold', why: 'more than 1 messages with the same content of sender +1 within 60 s' },
      { do: 'log', why: 'more than 1 messages of sender +1 within 60 s' },
    ]);
  });

  test('does not count a repeat twice', () => {
    const watch = floodWatch([rule({ of: 'recipient' })]);
    for (let repeat = 0; repeat < 10; repeat += 1) {
      const seen = watch.see(sighting({ recipients: ['+2', '+3'] }), repeat);
      assert.deepEqual(seen.broken, []);
      seen.forget();
    }
  });
});
