import { shrink } from './shrink.ts';
import type { Outcome } from './world.ts';

const shown = 8;
const widest = 320;

/** A failure as whoever has to mend it wants to read it: what was broken, what it takes, the streams, the last steps. */
export async function describeFailure(failing: Outcome, attempts: number): Promise<string> {
  const { outcome, needed } = await shrink(failing, attempts);
  const lines = [
    `seed ${outcome.seed}: ${outcome.problems.length} promises were broken`,
    ...outcome.problems.slice(0, shown).map(({ promise, what }) => `  ${promise}: ${what}`),
    `it takes ${needed.length} of ${failing.happened.length} happenings: ${needed.join(' ')}`,
    'the streams:',
    ...outcome.streams.flat().map((line) => `  ${line.slice(0, widest)}`),
    'the last steps:',
    ...outcome.steps.map((line) => `  ${line.slice(0, widest)}`),
    `again: npm run simulate -- --seed ${outcome.seed}`,
  ];
  return lines.join('\n');
}
