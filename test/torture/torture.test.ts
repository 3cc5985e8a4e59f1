import assert from 'node:assert/strict';
import { test } from 'node:test';

import { torture } from './rounds.ts';

/** `npm run torture` goes through hundreds. */
const rounds = 20;

test('kill -9 at marked points and at any instant under load, also during the start: no promise is broken', async (context) => {
  const seed = Date.now() % 1_000_000;
  const summary = await torture({ rounds, seed }, (line) => context.diagnostic(line));
  context.diagnostic(JSON.stringify(summary));
  assert.equal(summary.failure, null, `seed ${seed}`);
  assert.deepEqual([summary.rounds, summary.kills], [rounds, rounds]);
  assert.ok(summary.accepted > rounds * 5, `only ${summary.accepted} messages got a 250`);
});
