import assert from 'node:assert/strict';
import { test } from 'node:test';

import { plantedBugs } from './bugs.ts';
import { plant, seedThatShows } from './plant.ts';

for (const bug of plantedBugs) {
  test(`the auditor finds: ${bug.name}`, async () => {
    assert.notEqual(await seedThatShows(bug, bug.seed), null, `no seed shows that "${bug.breaks}" is broken`);
  });
}

test('a bug that does not fit the sources any more is told', () => {
  const [bug] = plantedBugs;
  assert.ok(bug !== undefined);
  assert.throws(() => plant({ ...bug, right: 'no such line' }), /cannot be planted/);
});

test('sources without a bug break no promise', async () => {
  const harmless = { file: 'engine/append.ts', right: 'const repeats = 5;', wrong: 'const repeats = 6;' };
  using planted = plant({ name: 'nothing', breaks: 'nothing', seed: 1, ...harmless });
  assert.deepEqual(await planted.run(1), []);
});
