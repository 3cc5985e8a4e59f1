import type { Problem } from '../audit/auditor.ts';
import { simulate } from '../world.ts';

/** Simulates one seed, twice, and prints the problems as JSON. */
const seed = Number(process.argv[2]);
const first = await simulate(seed);
const second = await simulate(seed);
const differs: readonly Problem[] =
  first.fingerprint === second.fingerprint
    ? []
    : [{ promise: 'a run is a function of its seed', what: `seed ${seed} went otherwise the second time` }];
process.stdout.write(JSON.stringify([...first.problems, ...differs]));
