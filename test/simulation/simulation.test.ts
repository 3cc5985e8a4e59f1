import assert from 'node:assert/strict';
import { test } from 'node:test';

import { describeFailure } from './failure.ts';
import { likelihood, type Fault } from './faults.ts';
import { runSeeds } from './runs.ts';
import { formerSeeds } from './seeds.ts';
import { noRuns, withRun } from './summary.ts';
import { simulate, type Outcome } from './world.ts';

const seedCount = 100;
/** Each test runs so many: one that takes long says early where it stands. */
const atOnce = 21;
const jobs = 2;
/** A test has no time for more. */
const effort = { runs: 30, time: 60_000 };

const seeds = [...new Set([...Array.from({ length: seedCount }, (_, index) => index + 1), ...formerSeeds])];
let summary = noRuns;

for (let from = 0; from < seeds.length; from += atOnce) {
  const some = seeds.slice(from, from + atOnce);
  test(`every promise holds in the worlds ${some[0] ?? ''} to ${some.at(-1) ?? ''}`, async () => {
    const failing: Outcome[] = [];
    await runSeeds(some, jobs, (outcome) => {
      summary = withRun(summary, outcome);
      if (outcome.problems.length > 0) failing.push(outcome);
    });
    const [first] = failing;
    if (first !== undefined) assert.fail(await describeFailure(first, effort));
  });
}

test('everything that can go wrong did: worlds in which nothing goes wrong prove nothing', () => {
  assert.equal(summary.seeds, seeds.length);
  const never = (Object.keys(likelihood) as Fault[]).filter((fault) => (summary.faults[fault] ?? 0) === 0);
  assert.deepEqual(never, [], 'these faults never happened');
  assert.ok(summary.crashes > seedCount && summary.freezes > seedCount);
});

test('a run is a function of its seed', async () => {
  const [once, again, other] = [await simulate(4), await simulate(4), await simulate(5)];
  assert.equal(once.fingerprint, again.fingerprint);
  assert.deepEqual(once.happened, again.happened);
  assert.notEqual(once.fingerprint, other.fingerprint);
});

test('without anything that goes wrong everything is done at once', async () => {
  const { problems, crashes, faults } = await simulate(1, new Set(Object.keys(likelihood)));
  assert.deepEqual(problems, []);
  assert.equal(crashes, 1, 'the restart at the end');
  assert.equal(faults.size, 0);
});
