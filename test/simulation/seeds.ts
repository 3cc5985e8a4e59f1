import { foundBugs } from '../found/found.ts';

/** Failed once by no fault of the engine's, but of the world's or the auditor's. */
const byOurOwnFault = [2765, 3991, 4451];

/** Seeds that once broke a promise. They are run for ever, though the worlds they stand for change with the code. */
export const formerSeeds: readonly number[] = [
  ...foundBugs.flatMap(({ seeds = [] }) => seeds),
  ...byOurOwnFault,
];
