/**
 * Runs the tests: `node test/run.ts [FOLDER OR FILE]...`, all of them by default. Two files at a time; what was skipped, and what it needs, is
 * said loudly before the runner's own last lines.
 */
import { globSync, statSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const chosen = process.argv.slice(2);
const files = chosen.length === 0 ? globSync('test/**/*.test.ts') : chosen.flatMap(filesOf);
const skipped: string[] = [];
let failed = false;

function filesOf(path: string): readonly string[] {
  return statSync(path).isDirectory() ? globSync(`${path}/**/*.test.ts`) : [path];
}

if (files.length === 0) throw new Error('there is no test to run');

const events = run({ files: [...files].sort(), concurrency: 2, timeout: 600_000 });
events.on('test:fail', () => {
  failed = true;
});
events.on('test:pass', ({ name, skip }) => {
  if (skip !== undefined && skip !== false) skipped.push(`${name}: ${skip === true ? 'skipped' : skip}`);
});
events.once('test:summary', () => {
  for (const test of skipped) process.stderr.write(`\nSKIPPED  ${test}\n`);
});
events.compose(spec).pipe(process.stdout);
process.on('exit', () => {
  if (failed) process.exitCode = 1;
});
