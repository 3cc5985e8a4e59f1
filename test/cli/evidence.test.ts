import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, it } from 'node:test';

import { openProjections } from '../../adapters/store-sqlite/projections/projections.ts';
import { compareProjections } from '../../adapters/store-sqlite/projections/compare.ts';
import { openStore } from '../../adapters/store-sqlite/store.ts';
import { appended } from '../contracts/event-store.ts';
import { mm4, temporaryDirectory } from './support.ts';

const data = temporaryDirectory();
const uid = '0c36a0a0-30f4-5b3c-9c5a-5f3a2f0a9b11';
const at = Date.UTC(2026, 10, 24, 10);

/** A recorded event with other facts in it. */
function golden(name: string, changes: object = {}, later = 0) {
  const { type, data: facts } = JSON.parse(
    readFileSync(new URL(`../golden/events/${name}.json`, import.meta.url), 'utf8'),
  ) as { readonly type: string; readonly data: object };
  const metadata = JSON.stringify({ v: 1, recordedAt: at + later, owed: [] });
  return { id: crypto.randomUUID(), type, data: JSON.stringify({ ...facts, ...changes }), metadata };
}

const answer = { status: 'Error-message-not-found' };

before(async () => {
  const store = await openStore(data);
  await appended(store, 'orphan-1', 'no-stream', [golden('OrphanReceived.v2')]);
  await appended(store, 'orphan-2', 'no-stream', [
    golden('OrphanReceived.v2', { why: 'no such\x1b[31m message', answer }, 1000),
    golden('AckSent.v1', answer),
  ]);
  await appended(store, 'orphan-2', 1, [golden('Attached.v1', { uid })]);
  await appended(store, 'orphan-3', 'no-stream', [golden('OrphanReceived.v2', { answer }, 2000)]);
  const from = { partner: 'op-c', account: 'c' };
  await appended(store, 'refused-1', 'no-stream', [golden('RefusedReceived.v1')]);
  await appended(store, 'refused-2', 'no-stream', [
    golden('RefusedReceived.v1', { pdu: { from }, answer }, 1000),
    golden('AckAbandoned.v1'),
  ]);
  await appended(store, `mms-${uid}`, 'no-stream', [golden('AckSent.v1')]);
  const projections = openProjections(data);
  await projections.whenCaughtUp();
  await projections.close();
  await store.close();
});

describe('PDUs that belong to no message', () => {
  it('are listed, the latest first, with what became of them', async () => {
    const orphans = await mm4(['orphans', '--data', data]);
    assert.deepEqual(orphans, {
      status: 0,
      stderr: '',
      stdout: [
        '2026-11-24 10:00:02.000  orphan-3  op-b  MM4_forward.RES: op-b may not answer for op-c',
        '  its RES Error-message-not-found is owed',
        '2026-11-24 10:00:01.000  orphan-2  op-b  MM4_forward.RES: no such\\x1b[31m message',
        `  attached to mms-${uid}`,
        '2026-11-24 10:00:00.000  orphan-1  op-b  MM4_forward.RES: op-b may not answer for op-c',
        '',
      ].join('\n'),
    });
    const refused = await mm4(['refused', '--data', data]);
    assert.equal(
      refused.stdout,
      [
        '2026-11-24 10:00:01.000  refused-2  op-c  MM4_forward.REQ: missing-mandatory:X-Mms-Message-ID: 554 no X-Mms-Message-ID',
        '  its RES Error-message-not-found was given up: not delivered before its deadline',
        '2026-11-24 10:00:00.000  refused-1  op-a  MM4_forward.REQ: missing-mandatory:X-Mms-Message-ID: 554 no X-Mms-Message-ID',
        '',
      ].join('\n'),
    );
  });

  it('can be those of one partner, as JSON', async () => {
    const { status, stdout } = await mm4(['refused', '--partner', 'op-c', '--json', '--data', data]);
    assert.equal(status, 0);
    assert.deepEqual(JSON.parse(stdout), {
      stream: 'refused-2',
      partner: 'op-c',
      at: at + 1000,
      pduKind: 'MM4_forward.REQ',
      why: 'missing-mandatory:X-Mms-Message-ID: 554 no X-Mms-Message-ID',
      res: 'Error-message-not-found',
      attached: null,
      answered: null,
      unanswered: 'not delivered before its deadline',
    });
    const none = await mm4(['orphans', '--partner', 'op-x', '--data', data]);
    assert.deepEqual([none.status, none.stdout], [3, '']);
  });

  it('go when their stream is removed, and are the same when folded anew', async () => {
    assert.deepEqual(compareProjections(data), []);
    const store = await openStore(data);
    await store.forget('orphan-2', 2)();
    const projections = openProjections(data);
    await projections.whenCaughtUp();
    const left = await projections.evidence('orphan', null, 10);
    await projections.close();
    await store.close();
    assert.deepEqual(
      left.map(({ stream }) => stream),
      ['orphan-3', 'orphan-1'],
    );
    assert.deepEqual(compareProjections(data), []);
  });

  it('need the projections of this version', async () => {
    const older = temporaryDirectory();
    new DatabaseSync(join(older, 'projections.db')).close();
    for (const [directory, says] of [
      [`${older}/nothing`, /there are no projections in .*: start the engine once/],
      [older, /the projections in .* are of another version: start the engine once/],
    ] as const) {
      const { status, stderr } = await mm4(['orphans', '--data', directory]);
      assert.equal(status, 3);
      assert.match(stderr, says);
    }
  });
});
