import assert from 'node:assert/strict';
import { test } from 'node:test';

import { whatItTakes } from './failure.ts';
import { failedWorld } from './guard.ts';
import { shrunkIn, type Effort, type Shrunk } from './shrink.ts';
import type { Outcome } from './world.ts';

const all = Array.from({ length: 40 }, (_, index) => `resLost#${index}`);
const unlimited = { runs: Infinity, time: Infinity };

/** Shrinks a world that fails if this holds of what happens in it. */
function shrunk(fails: (happened: ReadonlySet<string>) => boolean, effort: Effort): Promise<Shrunk> {
  const world = (without: ReadonlySet<string>): Outcome => {
    const happened = without.has('resLost') ? [] : all.filter((name) => !without.has(name));
    return { ...failedWorld(1, fails(new Set(happened)) ? ['broken'] : []), happened };
  };
  const run = (_seed: number, without: ReadonlySet<string> = new Set()): Promise<Outcome> =>
    Promise.resolve(world(without));
  return shrunkIn({ run }, world(new Set()), effort);
}

test('what a failure does not need is left out', async () => {
  const { needed, isLeast, outcome } = await shrunk(
    (happened) => happened.has('resLost#3') && happened.has('resLost#31'),
    unlimited,
  );
  assert.deepEqual(needed, ['resLost#3', 'resLost#31']);
  assert.ok(isLeast);
  assert.equal(outcome.problems.length, 1);
});

test('what can only go once a later one has gone, goes', async () => {
  const odd = all.filter((_, index) => index % 2 === 1);
  const even = all.filter((_, index) => index % 2 === 0);
  // Each pass can do without one more: the last of the even ones.
  const { needed, isLeast } = await shrunk((happened) => {
    const first = even.findIndex((name) => !happened.has(name));
    const isChain = first < 0 || even.slice(first).every((name) => !happened.has(name));
    return isChain && odd.every((name) => happened.has(name));
  }, unlimited);
  assert.deepEqual(needed, odd);
  assert.ok(isLeast);
});

test('shrinking that was stopped early says so', async () => {
  const failing = { ...failedWorld(1, ['broken']), happened: all };
  for (const effort of [
    { runs: 4, time: Infinity },
    { runs: Infinity, time: 0 },
  ]) {
    const result = await shrunk((happened) => happened.has('resLost#3'), effort);
    assert.ok(result.needed.includes('resLost#3') && result.needed.length > 1);
    assert.match(whatItTakes(failing, result), /not shrunk as far as it goes/);
  }
  const whole = await shrunk((happened) => happened.has('resLost#3'), unlimited);
  assert.equal(whatItTakes(failing, whole), 'it takes 1 of 40 happenings: resLost#3');
});
