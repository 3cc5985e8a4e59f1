import assert from 'node:assert/strict';
import { test } from 'node:test';

import { manualTimers } from '../support/manual-timers.ts';
import { runSeeds } from './runs.ts';
import { patience, type Thread } from './simulator.ts';
import type { Outcome } from './world.ts';

const script = new URL('./stubs/failing-worlds.ts', import.meta.url);

async function run(seeds: readonly number[], thread: Thread): Promise<readonly Outcome[]> {
  const heard: Outcome[] = [];
  await runSeeds(seeds, 1, (outcome) => heard.push(outcome), thread);
  assert.deepEqual(
    heard.map(({ seed }) => seed),
    seeds,
  );
  return heard;
}

test('a program that fails is a broken promise of its seed, and the next seed has none', async () => {
  const ways = new Map([
    [2, /thrown by the world\n\s+at /],
    [3, /rejected, and nobody waits\n\s+at /],
    [4, /SyntaxError/],
    [5, /ended with 7/],
  ]);
  const seeds = [...ways.keys()].flatMap((seed) => [seed, 1]);
  for (const { seed, problems, happened } of await run(seeds, { script, timers: manualTimers() })) {
    const way = ways.get(seed);
    if (way === undefined) {
      assert.deepEqual(problems, []);
      continue;
    }
    assert.deepEqual(
      problems.map(({ promise }) => promise),
      ['no program fails'],
      `seed ${seed}`,
    );
    assert.match(problems[0]?.what ?? '', way);
    // Where the world itself came to its end, what happened in it is known: it can be shrunk.
    assert.deepEqual(happened, seed === 3 || seed === 4 ? [`message#${seed}`] : []);
  }
});

test('a world that does not end is told by its seed', async () => {
  const timers = manualTimers();
  const running = run([6], { script, timers });
  await timers.armed(patience);
  timers.fire(patience);
  const [outcome] = await running;
  assert.match(outcome?.problems[0]?.what ?? '', /does not end/);
});
