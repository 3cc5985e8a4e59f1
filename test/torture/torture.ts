/**
 * Kills the engine -9 under load, again and again, and looks after each time whether it kept its promises.
 * `npm run torture -- [--rounds N] [--seed N] [--record]`; `--record` writes what they came to into docs/reliability.md.
 */
import { parseArgs } from 'node:util';

import { recordSection } from '../support/record.ts';
import { torture } from './rounds.ts';
import { tortureTable } from './table.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seed: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});
const rounds = wholeNumber('rounds', values.rounds ?? '300');
const seed = wholeNumber('seed', values.seed ?? String(Date.now() % 1_000_000));

console.log(`${rounds} rounds, seed ${seed}`);
const summary = await torture({ rounds, seed }, (line) => console.log(line));
for (const [mark, { kills, reached }] of Object.entries(summary.marks))
  console.log(`  ${mark.padEnd(26)}${String(kills).padStart(4)} kills, ${reached} at the mark`);
console.log(
  `${summary.kills} kills while serving and ${summary.killsAtStart} while starting; ${summary.accepted} messages got a 250, all are stored and were forwarded; ` +
    `${summary.repeatedForwards} forwards repeated with the same ids; ${summary.failure ?? 'no promise was broken'}`,
);
if (values.record) await recordSection('torture', tortureTable(summary));
process.exitCode = summary.failure === null ? 0 : 1;

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${option} takes a whole number, not "${text}"`);
  return Number(text);
}
