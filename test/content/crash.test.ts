import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { it } from 'node:test';

import { openSegmentStore } from '../../adapters/content-segments/store.ts';
import type { ContentRef } from '../../domain/ports.ts';
import { noise, readAll } from '../contracts/content-store.ts';
import { directoryOf } from './support.ts';

const child = fileURLToPath(new URL('./writing.child.ts', import.meta.url));
const rounds = 10;

/** Starts a writer on the directory and kills it after so many lines; gives every whole line it said. */
async function linesUntilKilled(directory: string, seed: number, enough: number): Promise<readonly string[]> {
  const writer = spawn(process.execPath, [child, directory, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  const ended = once(writer, 'close');
  for await (const line of createInterface(writer.stdout)) {
    lines.push(line);
    if (lines.length === enough) writer.kill('SIGKILL');
  }
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  return lines.filter((line) => /^\S+ \d+ \d+$/.test(line));
}

it('what was kept is there after a kill -9 under load, round after round', async (test) => {
  const directory = directoryOf(test);
  const lines: string[] = [];
  for (let round = 0; round < rounds; round++) {
    lines.push(...(await linesUntilKilled(directory, round * 1_000_000, 40 + round * 13)));
  }
  const refs = new Set(lines.map((line) => line.split(' ')[0]));
  assert.equal(refs.size, lines.length, 'no reference was given twice');

  const store = openSegmentStore(directory, { now: () => Date.now() });
  for (const line of lines) {
    const [ref = '', size, seed] = line.split(' ');
    assert.deepEqual(await readAll(store, ref as ContentRef), noise(Number(size), Number(seed)), line);
  }
  await store.close();
});
