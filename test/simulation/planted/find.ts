/**
 * `npm run simulate:planted -- [--only NAME] [--record]`: looks for the first seed that shows each planted bug. Ends with 1 where none
 * does.
 */
import { parseArgs } from 'node:util';

import { recordSection } from '../../support/record.ts';
import { plantedBugs, seedsAtMost } from './bugs.ts';
import { seedThatShows } from './plant.ts';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, record: { type: 'boolean', default: false } },
});

const rows: string[] = [];
for (const bug of plantedBugs.filter(({ name }) => name.includes(values.only))) {
  const seed = await seedThatShows(bug, 1);
  const said = seed === null ? `not in ${seedsAtMost} seeds` : String(seed);
  process.stdout.write(`${bug.name} (${bug.breaks}): ${said}\n`);
  rows.push(`| ${bug.name} | ${bug.breaks} | ${said} |`);
  if (seed === null) process.exitCode = 1;
}
if (values.record) {
  const head = ['| Bug | The promise it breaks | First seed that shows it |', '| --- | --- | ---: |'];
  await recordSection('planted', [...head, ...rows].join('\n'));
}
