import type { Problem } from '../audit/auditor.ts';
import { simulate } from '../world.ts';

/** `one-seed.ts SEED [twice]`: prints the problems of a seed as JSON; twice, also whether it went the same way. */
const [, , seed, twice] = process.argv;
const { problems, fingerprint } = await simulate(Number(seed));
const differs: readonly Problem[] =
  twice !== 'twice' || (await simulate(Number(seed))).fingerprint === fingerprint
    ? []
    : [
        {
          promise: 'a run is a function of its seed',
          what: `seed ${seed ?? ''} went otherwise the second time`,
        },
      ];
process.stdout.write(JSON.stringify([...problems, ...differs]));
