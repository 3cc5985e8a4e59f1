import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { pace } from '../../engine/limits/pace.ts';
import { virtualTime } from '../support/virtual-time.ts';

const start = Date.UTC(2026, 10, 24, 12);
const minute = 60_000;

/** Lets so many ask at once, and tells when each had its turn. */
async function rush(rate: number | null, count: number, patience = Infinity) {
  const time = virtualTime(start);
  const limited = pace(time, () => rate);
  await time.pass(minute);
  const begun = time.clock.now();
  const turns: number[] = [];
  let refused = 0;
  for (let asked = 0; asked < count; asked += 1) {
    void limited.turn(patience).then((mine) => {
      if (mine) turns.push(time.clock.now() - begun);
      else refused += 1;
    });
  }
  await time.pass(10 * minute);
  return { turns, refused };
}

describe('a pace', () => {
  test('is kept however many wait at once', async () => {
    const { turns } = await rush(10, 1_000);
    assert.equal(turns.length, 1_000);
    assert.deepEqual(turns.slice(0, 3), [0, 0, 0], 'a burst of 0.3 s');
    for (const [at, turn] of turns.entries()) {
      assert.ok(Math.abs(turn - Math.max(0, (at - 2) * 100)) <= 1, `${at} had its turn after ${turn} ms`);
    }
  });

  test('tells at once who would have to wait too long', async () => {
    const { turns, refused } = await rush(10, 1_000, 10_000);
    assert.equal(turns.length, 103);
    assert.equal(refused, 897);
  });

  test('without a rate keeps nobody waiting', async () => {
    const { turns } = await rush(null, 100);
    assert.deepEqual(new Set(turns), new Set([0]));
  });
});
