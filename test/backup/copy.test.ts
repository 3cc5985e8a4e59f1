import assert from 'node:assert/strict';
import { closeSync, copyFileSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { takeBackup } from '../../adapters/backup/backup.ts';
import { destroyedSlot } from '../../adapters/content-segments/key-slots.ts';
import { openSegmentStore } from '../../adapters/content-segments/store.ts';
import { copyEvents } from '../../adapters/store-sqlite/copy.ts';
import { markFile } from '../../adapters/store-sqlite/mark.ts';
import { eventFile, openStore } from '../../adapters/store-sqlite/store.ts';
import type { ContentRef, ContentStore } from '../../domain/ports.ts';
import { clockAt, directoryOf, noon, segmentOf, slotOf } from '../content/support.ts';
import { appended, event } from '../contracts/event-store.ts';

const day = 24 * 3_600_000;

async function textOf(content: ContentStore, ref: ContentRef): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.read(ref)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function writeAt(path: string, octets: Uint8Array, position: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, octets, 0, octets.length, position);
  closeSync(file);
}

test('a store whose WAL is gone is not backed up as if it were whole', async (context) => {
  const [directory, without] = [directoryOf(context), directoryOf(context)];
  await (await openStore(directory)).close();
  const store = await openStore(directory);
  await appended(store, 'mms-1', 'no-stream', [event()]);
  for (const fileOf of [eventFile, markFile]) copyFileSync(fileOf(directory), fileOf(without));
  await store.close();
  const copy = join(directoryOf(context), 'events.db');
  assert.throws(
    () => copyEvents(without, copy),
    /end at position 0, and 1 was committed: events are missing/,
  );
});

test('a copy that cannot be written is not laid to the data directory', async (context) => {
  const directory = directoryOf(context);
  await (await openStore(directory)).close();
  const copy = join(directoryOf(context), 'missing', 'events.db');
  const expected = /missing\/events\.db cannot be written \(.*\): make room there, or name another DIR$/;
  assert.throws(() => copyEvents(directory, copy), expected);
});

test('what retention drops while a backup is taken is whole in it, and what is erased is not', async (context) => {
  const source = directoryOf(context);
  const clock = clockAt(noon);
  const store = await openStore(source);
  await appended(store, 'mms-1', 'no-stream', [event()]);
  const content = openSegmentStore(source, clock);
  const keep = async (text: string): Promise<ContentRef> => {
    const writing = content.begin('body');
    writing.write(Buffer.from(text));
    const kept = await writing.keep()();
    if (E.isLeft(kept)) throw new Error(JSON.stringify(kept.left));
    return kept.right;
  };
  const dropped = await keep('dropped');
  clock.set(noon + 10 * day);
  const erased = await keep('erased');

  const target = join(directoryOf(context), 'backup');
  const slot = slotOf(source, erased);
  // Done here as retention and `mm4 erase` do it, and at this very moment.
  const meanwhile = (): void => {
    for (const { path } of [segmentOf(source, dropped), slotOf(source, dropped)]) rmSync(path);
    writeAt(slot.path, destroyedSlot(), slot.position);
  };
  const copied = (file: string): ReturnType<typeof copyEvents> => {
    meanwhile();
    return copyEvents(source, file);
  };
  await takeBackup(source, target, copied, clock.now);
  await content.close();
  await store.close();

  const restored = openSegmentStore(target, clock);
  context.after(() => restored.close());
  assert.equal(await textOf(restored, dropped), 'dropped');
  await assert.rejects(textOf(restored, erased), /content .* is gone: /);
});
