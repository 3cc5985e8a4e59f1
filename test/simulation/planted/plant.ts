import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import type { Problem } from '../audit/auditor.ts';
import { seedsAtMost, type PlantedBug } from './bugs.ts';

const root = join(import.meta.dirname, '../../..');
const copied = [
  'domain',
  'engine',
  'adapters',
  'projections',
  'test/simulation',
  'test/support',
  'test/config',
];

/** A copy of the sources with a bug in it. */
export interface Planted extends Disposable {
  /** What the auditor says of a seed there. */
  run(seed: number): Promise<readonly Problem[]>;
}

/** Throws where the bug does not fit the sources any more: then it has to be planted anew. */
export function plant({ name, file, right, wrong, breaks }: PlantedBug): Planted {
  const text = readFileSync(join(root, file), 'utf8');
  if (text.split(right).length !== 2)
    throw new Error(`"${name}" cannot be planted: ${file} does not have its text exactly once`);
  const directory = mkdtempSync(join(tmpdir(), 'mm4-planted-'));
  for (const folder of copied) cpSync(join(root, folder), join(directory, folder), { recursive: true });
  cpSync(join(root, 'package.json'), join(directory, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  writeFileSync(
    join(directory, file),
    text.replace(right, () => wrong),
  );
  return {
    run: (seed) => runIn(directory, seed, breaks === 'a run is a function of its seed'),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The first seed that shows a bug, `first` being tried before all others; null: none does. */
export async function seedThatShows(bug: PlantedBug, first: number): Promise<number | null> {
  using planted = plant(bug);
  const seeds = new Set([first, ...Array.from({ length: seedsAtMost }, (_, index) => index + 1)]);
  for (const seed of seeds) {
    const problems = await planted.run(seed);
    if (problems.some(({ promise }) => promise === bug.breaks)) return seed;
  }
  return null;
}

async function runIn(directory: string, seed: number, twice: boolean): Promise<readonly Problem[]> {
  const script = join(directory, 'test/simulation/planted/one-seed.ts');
  const child = spawn(process.execPath, [script, String(seed), twice ? 'twice' : 'once'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, complained] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()));
  await once(child, 'close');
  // A bug may bring the whole process down; that shows it too.
  return child.exitCode === 0
    ? (JSON.parse(said) as readonly Problem[])
    : [{ promise: 'no program fails', what: complained.slice(-2_000) }];
}
