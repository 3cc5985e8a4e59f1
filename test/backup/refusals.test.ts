import assert from 'node:assert/strict';
import { cpSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { markFile } from '../../adapters/store-sqlite/mark.ts';
import { eventFile, openStore } from '../../adapters/store-sqlite/store.ts';
import { configurationFile } from '../cli/support.ts';
import { appended, event } from '../contracts/event-store.ts';
import { run } from './support.ts';

test('what hinders a backup or a restore is told in one line', async (context) => {
  const { file, data } = configurationFile(8080);
  const store = await openStore(data);
  await appended(store, 'mms-1', 'no-stream', [event()]);
  await store.close();
  const directory = join(data, '..');
  const backup = join(directory, 'backup');
  const taken = await run('backup', backup, '--config', file);
  assert.deepEqual([taken.stderr, taken.status], ['', 0]);
  cpSync(data, join(directory, 'whole'), { recursive: true });

  const refused = async (command: 'backup' | 'restore', from: string, expected: RegExp): Promise<void> => {
    const { status, stderr } = await run(command, from, '--config', file);
    assert.match(stderr, /^mm4: [^\n]*\n$/);
    assert.match(stderr, expected);
    assert.equal(status, 1);
  };
  const other = (name: string): string => join(directory, name);

  await context.test('a folder of the backup that cannot be made', async () => {
    writeFileSync(other('file'), '');
    await refused('backup', other('file/backup'), /ENOTDIR: not a directory, mkdir/);
  });

  await context.test('events that are damaged', async () => {
    truncateSync(eventFile(data), 5_000);
    await refused('backup', other('of-damaged'), /events\.db is damaged \(.*\): restore a backup/);
    cpSync(join(directory, 'whole'), data, { recursive: true });
  });

  await context.test('events that are missing', async () => {
    rmSync(eventFile(data));
    await (await openStore(other('empty'))).close();
    cpSync(eventFile(other('empty')), eventFile(data));
    const expected = /events are missing\. Put back the file that held them, then take the backup/;
    await refused('backup', other('of-missing'), expected);
  });

  await context.test('a mark that is damaged', async () => {
    writeFileSync(markFile(data), 'no mark');
    await refused('backup', other('of-unmarked'), /events\.mark is damaged, and only it can tell/);
  });

  await context.test('a data directory that is a file', async () => {
    rmSync(data, { recursive: true });
    writeFileSync(data, '');
    await refused('restore', backup, /EEXIST: file already exists, mkdir/);
    rmSync(data);
  });

  for (const text of ['{"format": 1, "fil', 'null', '{"format": 1}']) {
    await context.test(`a manifest that says ${text}`, async () => {
      writeFileSync(join(backup, 'manifest.json'), text);
      const expected = /manifest\.json is no manifest: this backup is damaged, take another one/;
      await refused('restore', backup, expected);
    });
  }
});
