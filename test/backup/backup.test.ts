import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

import type { Manifest } from '../../adapters/backup/manifest.ts';
import { readMark } from '../../adapters/store-sqlite/mark.ts';
import { interconnect, mail, type Interconnect } from '../e2e/interconnect.ts';
import { bodyOf, forward, header, numberOf } from '../e2e/pdus.ts';
import { run, verify } from './support.ts';

function directoryFor(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-backup-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Sends one message after the other on a few connections until told to stop; how many got a 250. */
function load(hub: Interconnect): { stop(): Promise<number> } {
  let stopped = false;
  let sent = 0;
  const send = async (connection: number): Promise<void> => {
    const client = await hub.connect('a');
    for (let count = 0; !stopped; count += 1) {
      const messageId = `load-${connection}-${count}@mmsc.op-a.example`;
      assert.match(await mail(client, forward({ from: 'a', to: [numberOf.b], messageId })), /^250 /);
      sent += 1;
    }
    client.end();
  };
  const sending = Promise.all([1, 2, 3, 4].map(send));
  return {
    stop: async () => {
      stopped = true;
      await sending;
      return sent;
    },
  };
}

test('a backup taken under load is whole, and what waited in it gets through after a restore', async (context) => {
  const hub = await interconnect(context);
  const backup = join(directoryFor(context), 'new');
  await hub.goAway('c');
  const waits = 'waits@mmsc.op-a.example';
  assert.match(await hub.send('a', forward({ from: 'a', to: [numberOf.c], messageId: waits })), /^250 /);

  const traffic = load(hub);
  await hub.eventually('load-1-5@mmsc.op-a.example', 'ForwardSent');
  const taken = await run('backup', backup, '--config', hub.configFile);
  assert.equal(taken.stderr, '');
  assert.match(taken.stdout, /: \d+ streams, \d+ events up to position \d+, 5 files, \d+ octets\n$/);
  const sent = await traffic.stop();
  const inBackup = await verify(backup);
  assert.deepEqual([inBackup.status, inBackup.damage], [0, []]);

  const { events, files } = JSON.parse(readFileSync(join(backup, 'manifest.json'), 'utf8')) as Manifest;
  assert.ok(events.streams > 5 && events.streams < sent + 10, `${events.streams} streams, ${sent} sent`);
  for (const { path, size } of files) assert.equal(statSync(join(backup, path)).size, size, path);

  const refused = await run('restore', backup, '--config', hub.configFile);
  assert.equal(refused.status, 4);
  assert.match(refused.stderr, /another engine is running on /);
  await hub.engine.kill();
  const full = await run('restore', backup, '--config', hub.configFile);
  assert.equal(full.status, 1);
  assert.match(full.stderr, /is not empty \(.*\): move what is in it away, then restore again/);

  renameSync(hub.dataDir, `${hub.dataDir}-lost`);
  const restored = await run('restore', backup, '--config', hub.configFile);
  assert.deepEqual([restored.stderr, restored.status], ['', 0]);
  assert.equal(readMark(hub.dataDir), events.position, 'what is lost from now on is noticed');
  const whole = await verify(hub.dataDir);
  assert.deepEqual([whole.status, whole.damage], [0, []]);

  await hub.comeBack('c');
  await hub.restart();
  const { content } = await hub.mailTo(
    'c',
    (got) => header(got.content, 'X-Mms-Message-ID') === `"${waits}"`,
  );
  assert.equal(bodyOf(content).toString(), 'Greetings from the harbour\r\n');
  assert.equal(await hub.engine.stop(), 0);
  assert.deepEqual((await verify(hub.dataDir)).damage, []);
});

test('a backup goes into an empty directory only, and one that is not whole is not restored', async (context) => {
  const hub = await interconnect(context);
  const messageId = 'one@mmsc.op-a.example';
  assert.match(await hub.send('a', forward({ from: 'a', to: [numberOf.b], messageId })), /^250 /);
  await hub.engine.stop();
  const directory = directoryFor(context);
  const backup = join(directory, 'backup');
  assert.equal((await run('backup', backup, '--config', hub.configFile)).status, 0);
  const again = await run('backup', backup, '--config', hub.configFile);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /is not empty: name a new directory, or an empty one/);

  renameSync(hub.dataDir, join(directory, 'moved'));
  const nothing = await run('backup', join(directory, 'other'), '--config', hub.configFile);
  assert.equal(nothing.status, 3);
  assert.match(nothing.stderr, /there is no event store in .*: nothing to back up/);

  appendFileSync(join(backup, 'events.db'), 'more');
  const changed = await run('restore', backup, '--config', hub.configFile);
  assert.equal(changed.status, 1);
  assert.match(changed.stderr, /events.db has \d+ octets instead of \d+: this backup is damaged/);
  renameSync(join(backup, 'manifest.json'), join(directory, 'manifest.json'));
  const incomplete = await run('restore', backup, '--config', hub.configFile);
  assert.equal(incomplete.status, 1);
  assert.match(incomplete.stderr, /holds no complete backup: there is no manifest.json/);
});
