import assert from 'node:assert/strict';
import fs, {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readlinkSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { copyEvents } from '../../adapters/store-sqlite/copy.ts';
import { makeFolder } from '../../adapters/store-sqlite/folders.ts';
import { openMark, readMark } from '../../adapters/store-sqlite/mark.ts';
import { openProjections, projectionFile } from '../../adapters/store-sqlite/projections/projections.ts';
import { eventFile, openStore } from '../../adapters/store-sqlite/store.ts';
import { directoryOf } from '../content/support.ts';
import { appended, event } from '../contracts/event-store.ts';

/** Overwrites all that is in a file, with no thread the wiser. */
function ruin(file: string): void {
  const { size } = statSync(file);
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(size, 0xaa), 0, size, 0);
  closeSync(fd);
}

/** Until the end of the test, or of `restore`, modules call this in place of a function of node:fs. */
function inPlaceOf(
  context: TestContext,
  name: 'writeSync' | 'fsyncSync',
  other: (fd: number) => undefined,
): { restore(): void } {
  const { mock } = context.mock.method(fs, name, other);
  const restore = (): void => {
    mock.restore();
    syncBuiltinESMExports();
  };
  syncBuiltinESMExports();
  context.after(restore);
  return { restore };
}

test('projections that were damaged while they could not be made anew are made anew once they can', async (context) => {
  const directory = directoryOf(context);
  const store = await openStore(directory);
  await appended(store, 'mms-1', 'no-stream', [{ ...event('X'), metadata: '{"owed":[]}' }]);
  const projections = openProjections(directory);
  context.after(async () => {
    await projections.close();
    await store.close();
  });
  await projections.whenCaughtUp();
  const file = projectionFile(directory);
  {
    // After a change by somebody else the projector reads the pages again.
    using other = new DatabaseSync(file);
    other.exec('create table another (a)');
  }
  ruin(file);
  ruin(`${file}-wal`);
  // Nor can a folder be deleted, which stands where SQLite wants its journal.
  mkdirSync(`${file}-journal`);
  await assert.rejects(projections.waiting());
  rmSync(`${file}-journal`, { recursive: true });
  assert.deepEqual(await projections.waiting(), []);
});

test('a store whose writer has died can be closed', { timeout: 30_000 }, async (context) => {
  const posted = context.mock.method(Worker.prototype, 'postMessage');
  const store = await openStore(directoryOf(context));
  await appended(store, 'mms-1', 'no-stream', [event()]);
  const writer: unknown = posted.mock.calls[0]?.this;
  assert.ok(writer instanceof Worker);
  await writer.terminate();
  assert.match((await store.problem()) ?? '', /the store's writer is gone \(exit 1\): restart the engine/);
  await store.close();
});

test('an engine starts on a restored directory while something reads it', async (context) => {
  const directory = directoryOf(context);
  const store = await openStore(directory);
  await appended(store, 'mms-1', 'no-stream', [event()]);
  const restored = directoryOf(context);
  copyEvents(directory, eventFile(restored));
  await store.close();
  using reader = new DatabaseSync(eventFile(restored));
  reader.exec('begin');
  reader.prepare('select * from events').all();
  const starting = openStore(restored);
  await wait(1_000);
  reader.exec('commit');
  await (await starting).close();
});

test('a mark that could not be written is none, and is begun again at the next start', (context) => {
  const directory = directoryOf(context);
  const failing = inPlaceOf(context, 'writeSync', () => {
    throw new Error('killed');
  });
  assert.throws(() => openMark(directory, 7), /killed/);
  failing.restore();
  assert.equal(readMark(directory), null);
  openMark(directory, 7).close();
  assert.equal(readMark(directory), 7);
});

test('a data directory is there after a power cut, with all that was made above it', (context) => {
  const above = directoryOf(context);
  const synced: string[] = [];
  inPlaceOf(context, 'fsyncSync', (fd) => void synced.push(readlinkSync(`/proc/self/fd/${fd}`)));
  makeFolder(join(above, 'a/b/c'));
  assert.ok(existsSync(join(above, 'a/b/c')));
  assert.deepEqual(synced, [join(above, 'a/b'), join(above, 'a'), above]);
  makeFolder(join(above, 'a/b/c'));
  assert.equal(synced.length, 3, 'what was there is left alone');
});
