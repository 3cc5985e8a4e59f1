/**
 * `npm run simulate -- --seed N` replays one world, `--seeds A..B` many; `--record` writes what they came to into docs/reliability.md.
 * Ends with 1 when a promise was broken.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

import { foundTable } from '../found/found.ts';
import { recordSection } from '../support/record.ts';
import { describeFailure } from './failure.ts';
import { runSeeds } from './runs.ts';
import { noRuns, withRun, type Summary } from './summary.ts';
import { simulationTable } from './table.ts';
import type { Outcome } from './world.ts';

const usage = 'npm run simulate -- --seed N | --seeds A..B [--jobs N] [--shrink RUNS] [--record]';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    shrink: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});

/** A table with rows of 0 would show less than the tests do, which run as many (`simulation.test.ts`). */
const recordedAtLeast = 100;
/** To shrink one failure, ms. */
const shrinkAtMost = 10 * 60_000;
const runs = values.shrink === undefined ? Infinity : wholeNumber(values.shrink);
const effort = { runs, time: shrinkAtMost };

const seeds = seedsOf(values.seeds ?? values.seed ?? '');
if (values.record && seeds.length < recordedAtLeast)
  throw new Error(
    `--record wants ${recordedAtLeast} seeds or more: in fewer, some of what can go wrong never does`,
  );
const failing: Outcome[] = [];
let summary: Summary = noRuns;
const began = Date.now();
await runSeeds(seeds, wholeNumber(values.jobs), (outcome) => {
  summary = withRun(summary, outcome);
  if (outcome.problems.length > 0) failing.push(outcome);
  progress(outcome);
});
const seconds = Math.round((Date.now() - began) / 1_000);
process.stdout.write(
  `\n${summary.seeds} worlds in ${seconds} s: ${summary.pdusIn} PDUs in, ${summary.pdusOut} out, ${summary.events} events, ` +
    `${summary.crashes} crashes, ${summary.freezes} freezes; ${summary.failed.length === 0 ? 'every promise held' : `broken by seeds ${summary.failed.join(', ')}`}\n`,
);
for (const outcome of failing.slice(0, 3))
  process.stdout.write(`\n${await describeFailure(outcome, effort)}\n`);
if (values.record) {
  await recordSection('simulation', simulationTable(summary));
  await recordSection('found', foundTable());
}
process.exitCode = failing.length === 0 ? 0 : 1;

function progress({ seed, problems, events, crashes, freezes }: Outcome): void {
  const line = `${summary.seeds}/${seeds.length} seed ${seed}: ${events} events, ${crashes} crashes, ${freezes} freezes`;
  if (problems.length > 0) process.stdout.write(`\r${line}: ${problems[0]?.promise ?? ''}\n`);
  else
    process.stdout.write(
      process.stdout.isTTY ? `\r${line.padEnd(70)}` : summary.seeds % 50 === 0 ? `${line}\n` : '',
    );
}

function seedsOf(text: string): readonly number[] {
  const [, first, last] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? [];
  if (first === undefined) throw new Error(`say which seeds: ${usage}`);
  const [from, to] = [Number(first), Number(last ?? first)];
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new Error(`"${text}" is no whole number: ${usage}`);
  return Number(text);
}
