/** `npm run simulate:planted [NAME]`: looks for the first seed that shows each planted bug, and says which it is. */
import { plantedBugs } from './bugs.ts';
import { plant } from './plant.ts';

const seedsAtMost = 40;
const [, , wanted = ''] = process.argv;

for (const bug of plantedBugs.filter(({ name }) => name.includes(wanted))) {
  using planted = plant(bug);
  let found: number | null = null;
  const others = new Set<string>();
  for (let seed = 1; seed <= seedsAtMost && found === null; seed += 1) {
    const problems = await planted.run(seed);
    for (const { promise } of problems) others.add(promise);
    if (problems.some(({ promise }) => promise === bug.breaks)) found = seed;
  }
  const also = [...others].filter((promise) => promise !== bug.breaks);
  process.stdout.write(
    `${bug.name}: ${found === null ? `not found in ${seedsAtMost} seeds` : `seed ${found}`} (${bug.breaks})${also.length === 0 ? '' : `; also ${also.join(', ')}`}\n`,
  );
  if (found !== bug.seed) process.exitCode = 1;
}
