/**
 * Loaded into the process of every test file. Ends it when its tests are over and something is still open, a server that a failed test
 * left behind, or when a test never ends: the file has failed then, and the others go on. Whatever it started ends with it.
 */
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach } from 'node:test';
import { isMainThread } from 'node:worker_threads';

/** Between tests, ms. */
const pause = 20_000;
/** More than a test may take, ms. */
const longest = 360_000;

let running = 0;
let timer: NodeJS.Timeout | undefined;

function watch(change: 1 | -1): void {
  running += change;
  clearTimeout(timer);
  timer = setTimeout(giveUp, running > 0 ? longest : pause).unref();
}

function giveUp(): void {
  const open = [...new Set(process.getActiveResourcesInfo())].join(', ');
  process.stderr.write(`${process.argv[1] ?? ''} does not end; still open: ${open}\n`);
  process.exit(1);
}

function guard(): void {
  timer = setTimeout(giveUp, longest).unref();
  beforeEach(() => watch(1));
  afterEach(() => watch(-1));

  const children = new Set<ChildProcess>();
  subscribe('child_process', (started) => {
    const { process: child } = started as { readonly process: ChildProcess };
    children.add(child);
    child.once('exit', () => children.delete(child));
  });
  process.once('exit', () => {
    for (const child of children) child.kill('SIGKILL');
  });
  // The runner ends a file so.
  process.once('SIGTERM', () => process.exit(1));
}

// Threads are loaded with it too; they have no tests of their own, and end with the process.
if (isMainThread) guard();
