import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { DirectoryInUse } from '../../adapters/store-sqlite/lock.ts';
import { markFile, readMark } from '../../adapters/store-sqlite/mark.ts';
import { compareProjections } from '../../adapters/store-sqlite/projections/compare.ts';
import {
  openProjections,
  openProjectionsForReading,
  projectionFile,
} from '../../adapters/store-sqlite/projections/projections.ts';
import { renewProjections } from '../../adapters/store-sqlite/projections/renew.ts';
import { projectionTables } from '../../adapters/store-sqlite/projections/tables.ts';
import { changeReader } from '../../adapters/store-sqlite/reading.ts';
import { openForReading } from '../../adapters/store-sqlite/schema.ts';
import { eventFile, openStore, openStoreForReading } from '../../adapters/store-sqlite/store.ts';
import { StoreRefused } from '../../adapters/store-sqlite/trouble.ts';
import { genesisHash, hashOf, sealMetadata, verifyChain } from '../../domain/chain.ts';
import type { NewEvent } from '../../domain/ports.ts';
import { ended } from '../../projections/ended.ts';
import { appended, event, eventStoreContract, streamOf } from '../contracts/event-store.ts';

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-store-'));
  try {
    await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

eventStoreContract('the SQLite store', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-store-'));
  let store = await openStore(directory);
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await openStore(directory);
      return store;
    },
    close: async () => {
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
});

test('a second engine on the directory is told what to do, until the first has gone', () =>
  inDirectory(async (directory) => {
    const first = await openStore(directory);
    await assert.rejects(openStore(directory), (error: unknown) => {
      assert.ok(error instanceof DirectoryInUse);
      assert.match(error.message, /another engine is running on .*: stop it first/);
      return true;
    });
    await first.close();
    await (await openStore(directory)).close();
  }));

test('a lock that cannot be taken for another reason is not laid to another engine', () =>
  inDirectory(async (directory) => {
    writeFileSync(join(directory, 'engine.lock'), 'this is no lock'.repeat(100));
    await assert.rejects(openStore(directory), (error: unknown) => {
      assert.ok(error instanceof StoreRefused);
      assert.match(error.message, /engine\.lock is damaged \(.*\): delete it$/);
      return true;
    });
  }));

test('appends that wait together share a commit', () =>
  inDirectory(async (directory) => {
    const store = await openStore(directory);
    const count = 200;
    await Promise.all(
      Array.from({ length: count }, (_, number) => appended(store, `mms-${number}`, 'no-stream', [event()])),
    );
    assert.ok(store.commits() < count / 4, `${store.commits()} commits for ${count} appends`);
    await store.close();
  }));

test('one conflict in a group does not hinder the others', () =>
  inDirectory(async (directory) => {
    const store = await openStore(directory);
    await appended(store, 'mms-1', 'no-stream', [event()]);
    const answers = await Promise.all([
      store.append('mms-2', 'no-stream', [event()])(),
      store.append('mms-1', 'no-stream', [event()])(),
      store.append('mms-3', 'no-stream', [event()])(),
    ]);
    assert.deepEqual(answers.map(E.isRight), [true, false, true]);
    await store.close();
  }));

test('reading beside the engine, and without one', () =>
  inDirectory(async (directory) => {
    assert.throws(() => openStoreForReading(directory), /there is no event store in/);
    const store = await openStore(directory);
    await appended(store, 'mms-1', 'no-stream', [event()]);
    const beside = openStoreForReading(directory);
    assert.equal(E.isRight(await beside.readStream('mms-1')()), true);
    await beside.close();
    await store.close();
    const after = openStoreForReading(directory);
    const read = await after.readStream('mms-1')();
    assert.equal(E.isRight(read) ? read.right.length : -1, 1);
    await after.close();
  }));

test('a file of a newer version is refused', () =>
  inDirectory(async (directory) => {
    await (await openStore(directory)).close();
    const db = new DatabaseSync(eventFile(directory));
    db.exec('pragma user_version = 99');
    db.close();
    await assert.rejects(openStore(directory), /has schema 99, this program knows 2: upgrade it/);
  }));

test('events that were committed and are missing keep an engine from starting, until it is told to go on without them', () =>
  inDirectory(async (directory) => {
    const store = await openStore(directory);
    await appended(store, 'mms-1', 'no-stream', [event()]);
    await store.close();
    const earlier = readFileSync(eventFile(directory));
    const again = await openStore(directory);
    await appended(again, 'mms-2', 'no-stream', [event()]);
    await again.forget('mms-2', 0)();
    await again.close();
    assert.equal(readMark(directory), 3, 'one event, another one, and its removal');

    writeFileSync(eventFile(directory), earlier);
    const cutShort = /its events end at position 1, and 3 was committed: events are missing/;
    await assert.rejects(openStore(directory), cutShort);
    assert.deepEqual(readFileSync(eventFile(directory)), earlier, 'nothing was changed');
    rmSync(eventFile(directory));
    await assert.rejects(openStore(directory), /its events end at position 0, and 3 was committed/);
    assert.equal(existsSync(eventFile(directory)), false);

    writeFileSync(eventFile(directory), earlier);
    rmSync(markFile(directory));
    const heard: string[] = [];
    const without = await openStore(directory, undefined, (what) => heard.push(what));
    assert.match(heard.join(), /there is no .*events\.mark yet/);
    assert.deepEqual([readMark(directory), (await streamOf(without, 'mms-1')).length], [1, 1]);
    await without.close();
  }));

test('the chain of a stream breaks where an event was changed', () =>
  inDirectory(async (directory) => {
    const store = await openStore(directory);
    let hash = genesisHash('mms-1');
    for (let revision = 0; revision < 3; revision += 1) {
      const plain: NewEvent = event('E', { revision });
      const metadata = sealMetadata(hash, { ...plain, stream: 'mms-1', revision }, plain.metadata);
      hash = hashOf(metadata);
      await appended(store, 'mms-1', revision === 0 ? 'no-stream' : revision - 1, [{ ...plain, metadata }]);
    }
    const stored = await streamOf(store, 'mms-1');
    assert.deepEqual(verifyChain('mms-1', stored), E.right(hash));
    const broken = (changed: typeof stored): number => {
      const verified = verifyChain('mms-1', changed);
      return E.isLeft(verified) ? verified.left.revision : -1;
    };
    assert.equal(broken(stored.map((one) => (one.revision === 1 ? { ...one, data: '{}' } : one))), 1);
    assert.equal(broken(stored.map((one) => (one.revision === 1 ? { ...one, type: 'F' } : one))), 1);
    assert.equal(broken([stored[0]!, stored[2]!]), 1);
    await store.close();
  }));

test('projections: what is owed replaces what was, is found by key, and is the same when rebuilt', () =>
  inDirectory(async (directory) => {
    const store = await openStore(directory);
    const owing = (owed: object[]): NewEvent => ({
      ...event('Routed'),
      metadata: JSON.stringify({ v: 1, recordedAt: 1, owed }),
    });
    const row = (on: string, at: number, until: number | null): object => ({ on, at, until });
    await appended(store, 'mms-1', 'no-stream', [owing([row('forwards b', 5, 50), row('clock', 90, null)])]);
    await appended(store, 'mms-2', 'no-stream', [owing([row('forwards b', 3, 40)])]);
    await appended(store, 'mms-3', 'no-stream', [owing([row('forwards b', 1, 10), row('lease x', 7, null)])]);
    await appended(store, 'mms-3', 0, [owing([])]);
    const alias = { ...event('AliasLearned', { id: 'theirs', home: 'mms-1' }), metadata: '{"recordedAt":1}' };
    await appended(store, 'alias-1', 'no-stream', [alias]);

    const look = async (): Promise<unknown> => {
      const projections = openProjections(directory);
      await projections.whenCaughtUp();
      const rows = [
        (await projections.dueWork({ on: 'forwards b', now: 10, max: 10 })).map(({ stream, at }) => [
          stream,
          at,
        ]),
        await projections.nextInstant('clock', 10),
        (await projections.overdue(45, 10)).map(({ stream }) => stream),
        await projections.leases(10),
        (await projections.waiting()).map(({ on, waiting, oldest }) => [on, waiting, oldest]),
        await projections.find('theirs', 10),
      ];
      await projections.close();
      return rows;
    };
    const expected = [
      [
        ['mms-2', 3],
        ['mms-1', 5],
      ],
      90,
      ['mms-2'],
      [],
      [
        ['clock', 1, 90],
        ['forwards b', 2, 3],
      ],
      ['mms-1'],
    ];
    assert.deepEqual(await look(), expected);
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(directory, `projections.db${suffix}`), { force: true });
    assert.deepEqual(await look(), expected);
    await store.close();
  }));

test('a projection loses the rows of a stream that was forgotten while it was not looking, and keeps those of others', () =>
  inDirectory(async (directory) => {
    const store = await openStore(directory);
    const over: NewEvent = { ...event('Closed'), metadata: '{"v":1,"recordedAt":5,"owed":[]}' };
    const alias = (home: string): NewEvent => ({
      ...event('AliasLearned', { id: `name of ${home}`, home }),
      metadata: '{"recordedAt":1}',
    });
    for (const name of ['mms-1', 'mms-2']) {
      await appended(store, name, 'no-stream', [over]);
      await appended(store, `alias-${name}`, 'no-stream', [alias(name)]);
    }
    const look = async (): Promise<unknown> => {
      const projections = openProjections(directory);
      await projections.whenCaughtUp();
      const rows = [
        await projections.endedBefore('mms', 6, 10),
        await projections.endedBefore('mms', 5, 10),
        await projections.find('name of mms-1', 10),
        await projections.find('name of mms-2', 10),
      ];
      await projections.close();
      return rows;
    };
    assert.deepEqual(await look(), [['mms-1', 'mms-2'], [], ['mms-1'], ['mms-2']]);
    await store.forget('mms-1', 0)();
    await store.forget('alias-mms-2', 0)();
    assert.deepEqual(await look(), [['mms-2'], [], ['mms-1'], []]);
    assert.deepEqual(compareProjections(directory), []);
    // The name begins anew: what is recorded now is not lost to the removal before.
    await store.forget('mms-2', 0)();
    await appended(store, 'mms-2', 'no-stream', [over]);
    assert.deepEqual(await look(), [['mms-2'], [], ['mms-1'], []]);
    assert.deepEqual(compareProjections(directory), []);
    await store.close();
  }));

test('a new version is built beside the old one, which answers until everything is in the new one', () =>
  inDirectory(async (directory) => {
    const store = await openStore(directory);
    const alias = { ...event('AliasLearned', { id: 'theirs', home: 'mms-1' }), metadata: '{"recordedAt":1}' };
    await appended(store, 'alias-1', 'no-stream', [alias]);
    const projections = openProjections(directory);
    await projections.whenCaughtUp();
    await projections.close();
    const file = projectionFile(directory);
    {
      using db = new DatabaseSync(file);
      db.exec(
        "update checkpoints set version = 0; update message_index set stream = 'as the old one has it'",
      );
    }
    const find = async (): Promise<readonly string[]> => {
      const reading = openProjectionsForReading(directory);
      try {
        return await reading.find('theirs', 10);
      } finally {
        reading.close();
      }
    };
    using events = openForReading(eventFile(directory));
    const read = changeReader(events);
    const reach = { oldest: 0, newest: 1 };
    // A build that a crash cut short is no hindrance.
    assert.throws(() =>
      renewProjections(
        () => {
          throw new Error('cut short');
        },
        file,
        reach,
      ),
    );
    const meanwhile: Promise<readonly string[]>[] = [];
    const reading: typeof read = (after, max) => {
      meanwhile.push(find());
      return read(after, max);
    };
    renewProjections(reading, file, reach);
    assert.ok(meanwhile.length > 0);
    for (const found of await Promise.all(meanwhile)) assert.deepEqual(found, ['as the old one has it']);
    assert.deepEqual(await find(), ['mms-1']);
    assert.deepEqual(compareProjections(directory), []);
    renewProjections(() => assert.fail('there is nothing to renew'), file, reach);
    await store.close();
  }));

test('a projection that may have missed a removal, or knows events that are no more, is made anew', () => {
  using db = new DatabaseSync(':memory:');
  const page = { rows: [], forgotten: [], next: 7, caughtUp: true };
  projectionTables(db, ended, { oldest: 0, newest: 7 }).take(page);
  assert.equal(projectionTables(db, ended, { oldest: 7, newest: 7 }).position(), 7);
  assert.equal(projectionTables(db, ended, { oldest: 8, newest: 9 }).position(), 0);
  projectionTables(db, ended, { oldest: 0, newest: 7 }).take(page);
  assert.equal(projectionTables(db, ended, { oldest: 0, newest: 6 }).position(), 0);
});
