/**
 * Keeps content without end, with many writers, and tells of each object once it is kept: `<reference> <size> <seed>`, a line each.
 * `node writing.child.ts DIRECTORY SEED`
 */
import { writeSync } from 'node:fs';

import { openSegmentStore } from '../../adapters/content-segments/store.ts';
import { kept, noise } from '../contracts/content-store.ts';

const [directory = '', firstSeed = '0'] = process.argv.slice(2);
const store = openSegmentStore(directory, { now: () => Date.now() }, { segmentLimit: 2_000_000 });
let seed = Number(firstSeed);

async function write(): Promise<never> {
  for (;;) {
    const mine = seed++;
    const size = (mine * 7_919) % 60_000;
    const ref = await kept(store, [noise(size, mine)], mine % 3 === 0 ? 'head' : 'body');
    writeSync(1, `${ref} ${size} ${mine}\n`);
  }
}

await Promise.all(Array.from({ length: 20 }, write));
