import { shrink, type Effort, type Shrunk } from './shrink.ts';
import type { Outcome } from './world.ts';

const shown = 8;
const widest = 320;

/** A failure as whoever has to mend it wants to read it: what was broken, what it takes, the streams, the last steps. */
export async function describeFailure(failing: Outcome, effort: Effort): Promise<string> {
  const shrunk = await shrink(failing, effort);
  const { outcome } = shrunk;
  const lines = [
    `seed ${outcome.seed}: ${outcome.problems.length} promises were broken`,
    ...outcome.problems.slice(0, shown).map(({ promise, what }) => `  ${promise}: ${what}`),
    whatItTakes(failing, shrunk),
    'the streams:',
    ...outcome.streams.flat().map((line) => `  ${line.slice(0, widest)}`),
    'the last steps:',
    ...outcome.steps.map((line) => `  ${line.slice(0, widest)}`),
    `again: npm run simulate -- --seed ${outcome.seed}`,
  ];
  return lines.join('\n');
}

export function whatItTakes({ happened }: Outcome, { needed, isLeast }: Shrunk): string {
  if (happened.length === 0) return 'what happened in it is not known';
  const asFar = isLeast ? '' : ' (not shrunk as far as it goes)';
  return `it takes ${needed.length} of ${happened.length} happenings${asFar}: ${needed.join(' ')}`;
}
