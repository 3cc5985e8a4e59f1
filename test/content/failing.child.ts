/**
 * Keeps objects of the given sizes one after the other on a disk that fails, and says what became of each: a line of JSON, what was
 * answered and whether it can be read back. `node failing.child.ts DIRECTORY SIZE...`
 */
import * as E from 'fp-ts/lib/Either.js';

import { openSegmentStore } from '../../adapters/content-segments/store.ts';
import { noise, readAll } from '../contracts/content-store.ts';
import { clockAt, noon } from './support.ts';

const [directory = '', ...sizes] = process.argv.slice(2);
const store = openSegmentStore(directory, clockAt(noon));

for (const size of sizes.map(Number)) {
  const writer = store.begin('body');
  writer.write(noise(size, size));
  const answer = await writer.keep()();
  const said = E.isLeft(answer)
    ? answer.left
    : { ref: answer.right, whole: (await readAll(store, answer.right)).equals(noise(size, size)) };
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
await store.close();
