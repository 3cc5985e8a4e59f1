import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';

import { openSegmentStore } from '../../adapters/content-segments/store.ts';
import { systemClock } from '../../adapters/runtime/runtime.ts';
import type { ContentRef } from '../../domain/ports.ts';
import { flip, segmentOf, slotOf } from '../content/support.ts';
import { interconnect } from '../e2e/interconnect.ts';
import { forward, numberOf } from '../e2e/pdus.ts';
import { run, verify } from './support.ts';

/** What messages left behind in a data directory. */
interface Left {
  /** A copy, to be damaged. */
  copy(): string;
  readonly body: ContentRef;
}

async function leftBehind(context: TestContext): Promise<Left> {
  const hub = await interconnect(context);
  for (const messageId of ['one@mmsc.op-a.example', 'two@mmsc.op-a.example']) {
    const pdu = forward({ from: 'a', to: [numberOf.b], messageId });
    assert.match(await hub.send('a', pdu), /^250 /);
    await hub.eventually(messageId, 'ForwardSent');
  }
  const beside = await verify(hub.dataDir);
  assert.deepEqual([beside.status, beside.damage], [0, []], 'beside the running engine');
  const [first] = await hub.events('one@mmsc.op-a.example');
  assert.ok(first?.type === 'Received' && first.content !== null);
  await hub.engine.stop();
  const copies = mkdtempSync(join(tmpdir(), 'mm4-verify-test-'));
  context.after(() => rmSync(copies, { recursive: true, force: true }));
  let count = 0;
  return {
    body: first.content,
    copy: () => {
      const directory = join(copies, String((count += 1)));
      cpSync(hub.dataDir, directory, { recursive: true });
      return directory;
    },
  };
}

function change(directory: string, file: string, sql: string): void {
  using db = new DatabaseSync(join(directory, file));
  db.exec(sql);
}

test('mm4 verify names what is damaged, and counts what was meant to go', async (context) => {
  const left = await leftBehind(context);
  const { body } = left;

  await context.test('nothing', async () => {
    const { status, damage, summary } = await verify(left.copy());
    assert.deepEqual([status, damage], [0, []]);
    assert.match(summary, /^\d+ streams, \d+ events; content: 6 whole, 0 erased or dropped, 0 damaged; /);
    assert.match(summary, /; projections: as the events make them; nothing is damaged$/);
  });

  const damages: readonly (readonly [string, (directory: string) => unknown, RegExp])[] = [
    [
      'an event that was changed',
      (directory) =>
        change(directory, 'events.db', `update events set data = '{}' where type = 'ForwardSent'`),
      /^mms-\S+, revision \d: its hash does not follow .*; restore events.db from a backup$/,
    ],
    [
      'an event that was taken out',
      (directory) =>
        change(directory, 'events.db', `delete from events where revision = 1 and type = 'Routed'`),
      /^mms-\S+, revision 1: revision 2 stands where 1 belongs; restore events.db from a backup$/,
    ],
    [
      'an event of no stream',
      (directory) =>
        change(
          directory,
          'events.db',
          `pragma foreign_keys = off; delete from streams where name like 'mms-%'`,
        ),
      /^events.db: \d+ events belong to no stream; restore it from a backup$/,
    ],
    [
      'an octet of a body',
      (directory) => {
        const { path, position } = segmentOf(directory, body);
        return flip(path, position + 20);
      },
      /^mms-\S+, revision 0: content body\S+ is damaged: its seal is broken; restore it from a backup$/,
    ],
    [
      'a segment that is missing',
      (directory) => {
        const { path } = segmentOf(directory, body);
        renameSync(path, `${path}.away`);
      },
      /bodies\/\S+\.seg: it is missing, and mms-\S+, revision 0 needs it; restore it from a backup$/,
    ],
    [
      'a key file that is missing',
      (directory) => {
        const { path } = slotOf(directory, body);
        renameSync(path, `${path}.away`);
      },
      /keys\/bodies-\S+\.keys: it is missing, and mms-\S+, revision 0 needs it; restore it from a backup$/,
    ],
    [
      'a projection',
      (directory) => change(directory, 'projections.db', 'update message_index set at = at + 1'),
      /^projections.db, message_index: \d+ rows are missing or differ, \d+ should not be there; stop the engine/,
    ],
  ];
  for (const [what, damage, expected] of damages) {
    await context.test(what, async () => {
      const directory = left.copy();
      await damage(directory);
      const found = await verify(directory);
      assert.equal(found.status, 1);
      assert.ok(
        found.damage.some((line) => expected.test(line)),
        found.damage.join('\n'),
      );
      assert.match(found.summary, /; \d+ damaged$/);
    });
  }

  await context.test('content that was erased is no damage', async () => {
    const directory = left.copy();
    const content = openSegmentStore(directory, systemClock);
    await content.erase([body])();
    await content.close();
    const { status, summary } = await verify(directory);
    assert.equal(status, 0);
    assert.match(summary, /content: 5 whole, 1 erased or dropped, 0 damaged/);
  });

  await context.test('projections that are not there are made at the next start', async () => {
    const directory = left.copy();
    for (const file of readdirSync(directory).filter((name) => name.startsWith('projections')))
      rmSync(join(directory, file));
    const { status, summary } = await verify(directory);
    assert.equal(status, 0);
    assert.match(summary, /projections: none yet; nothing is damaged$/);
  });
});

test('a directory without a store is said to be one', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-verify-test-'));
  const { status, stderr } = await run('verify', '--data', directory);
  rmSync(directory, { recursive: true, force: true });
  assert.equal(status, 3);
  assert.match(stderr, /there is no event store in .*: name the node.dataDir/);
});
