/**
 * Runs the tests: `node test/run.ts [FOLDER OR FILE]...`, by default all of them. Two files at a time, each in a process of its own.
 */
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';

import { reporter } from './support/reporter.ts';

/** A test that takes longer, in ms, has failed. */
const longest = 300_000;
/** When no test ends for so long, not even the watchdog of its process could end it; then the run is broken off. */
const silence = 2 * longest;

function filesOf(path: string): readonly string[] {
  return statSync(path).isDirectory() ? globSync(join(path, '**/*.test.ts')) : [path];
}

// Each file is a process, and many start engines and commands: what they share is compiled once.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../node_modules/.cache/test');

const [, , ...chosen] = process.argv;
const files = (chosen.length === 0 ? [import.meta.dirname] : chosen).flatMap(filesOf).sort();
if (files.length === 0) throw new Error('there is no test to run');

const abort = new AbortController();
const watchdog = setTimeout(() => {
  process.stderr.write('no test ended for a long time: what still runs is ended\n');
  abort.abort();
}, silence);

const events = run({
  files,
  concurrency: 2,
  timeout: longest,
  execArgv: ['--import', import.meta.resolve('./support/watchdog.ts')],
  signal: abort.signal,
});
events.on('test:complete', () => watchdog.refresh());
events.on('test:fail', ({ todo }) => {
  if (todo === undefined || todo === false) process.exitCode = 1;
});
events.on('end', () => clearTimeout(watchdog));
events.compose(reporter).pipe(process.stdout);
