import { foundByDamage } from './damage.ts';
import type { FoundBug } from './found-bug.ts';
import { foundByLaws } from './laws.ts';
import { foundByReading } from './reading.ts';
import { foundByWorlds } from './worlds.ts';

export const foundBugs: readonly FoundBug[] = [
  ...foundByWorlds,
  ...foundByDamage,
  ...foundByLaws,
  ...foundByReading,
];

/** Markdown, for docs/reliability.md. */
export function foundTable(): string {
  return [
    '| Found by | Promise | Bug | Mended by |',
    '| --- | --- | --- | --- |',
    ...foundBugs.map(({ by, seeds, broke, bug, mended }) => {
      const shown = seeds === undefined ? by : `${by}: seed ${seeds.join(', ')}`;
      return `| ${shown} | ${broke} | ${bug} | ${mended} |`;
    }),
  ].join('\n');
}
