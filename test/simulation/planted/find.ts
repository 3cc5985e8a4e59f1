/**
 * `npm run simulate:planted -- [--only NAME] [--record]`: looks for the first seed that shows each planted bug. Ends with 1 where that is not
 * the one the bug is listed with.
 */
import { parseArgs } from 'node:util';

import { recordSection } from '../../support/record.ts';
import { plantedBugs, type PlantedBug } from './bugs.ts';
import { plant } from './plant.ts';

const seedsAtMost = 40;

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, record: { type: 'boolean', default: false } },
});

async function firstSeed(bug: PlantedBug): Promise<number | null> {
  using planted = plant(bug);
  for (let seed = 1; seed <= seedsAtMost; seed += 1) {
    const problems = await planted.run(seed);
    if (problems.some(({ promise }) => promise === bug.breaks)) return seed;
  }
  return null;
}

const rows: string[] = [];
for (const bug of plantedBugs.filter(({ name }) => name.includes(values.only))) {
  const seed = await firstSeed(bug);
  const said = seed === null ? `not in ${seedsAtMost} seeds` : String(seed);
  process.stdout.write(`${bug.name} (${bug.breaks}): ${said}\n`);
  rows.push(`| ${bug.name} | ${bug.breaks} | ${said} |`);
  if (seed !== bug.seed) process.exitCode = 1;
}
if (values.record) {
  const head = ['| Bug | The promise it breaks | First seed that shows it |', '| --- | --- | ---: |'];
  await recordSection('planted', [...head, ...rows].join('\n'));
}
