import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';

import { memoryStore as memoryContent } from '../../adapters/content-memory/store.ts';
import { openMetrics } from '../../adapters/metrics/metrics.ts';
import { memoryStore } from '../../adapters/store-memory/store.ts';
import { openStore } from '../../adapters/store-sqlite/store.ts';
import type { ContentStore, NewEvent } from '../../domain/ports.ts';
import { addressOfA, configuration } from '../engine/world.ts';
import { memoryEngine } from '../support/memory-engine.ts';
import { samplesOf } from './support.ts';

const event = (id: string): NewEvent => ({ id, type: 'Test', data: '{}', metadata: '{}' });

test('each commit of the SQLite store is measured, with the appends that shared it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-metrics-'));
  const metrics = openMetrics();
  const store = await openStore(directory, metrics.stores.committed);
  try {
    const events = metrics.stores.events(store);
    const appends = Array.from({ length: 20 }, (_, at) =>
      events.append(`s-${at}`, 'no-stream', [event(`e-${at}`)])(),
    );
    assert.ok((await Promise.all(appends)).every(E.isRight));
    const samples = await samplesOf(metrics);
    assert.equal(samples.get('mm4_store_append_seconds_count'), 20);
    assert.equal(samples.get('mm4_store_commit_seconds_count'), store.commits());
    assert.equal(samples.get('mm4_store_commit_appends_sum'), 20);
    assert.ok((samples.get('mm4_store_commit_seconds_sum') ?? 0) > 0);
  } finally {
    await store.close();
    rmSync(directory, { recursive: true });
  }
});

test('appends that fail are counted by reason', async () => {
  const metrics = openMetrics();
  const store = memoryStore();
  await metrics.stores.events(store).append('s', 5, [event('e')])();
  const gone = TE.left({ kind: 'unavailable', message: 'disk full' } as const);
  await metrics.stores.events({ ...store, append: () => gone }).append('s', 'no-stream', [event('e')])();
  const samples = await samplesOf(metrics);
  const reasons = ['conflict', 'unavailable', 'unknown'];
  const counts = reasons.map((reason) => samples.get(`mm4_store_append_failures_total{reason="${reason}"}`));
  assert.deepEqual(counts, [1, 1, 0]);
});

test('content that is kept is measured, and what cannot be kept is counted', async () => {
  const metrics = openMetrics();
  const memory = memoryContent({ now: () => 0 });
  const writer = metrics.stores.content(memory).begin('body');
  writer.write(Buffer.from('hello'));
  const kept = await writer.keep()();
  assert.ok(E.isRight(kept));
  const failing: ContentStore = {
    ...memory,
    begin: (kind) => ({
      ...memory.begin(kind),
      keep: () => TE.left({ kind: 'unavailable', message: 'disk full' }),
    }),
  };
  await metrics.stores.content(failing).begin('head').keep()();
  const samples = await samplesOf(metrics);
  assert.equal(samples.get('mm4_content_keep_seconds_count{kind="body"}'), 1);
  assert.equal(samples.get('mm4_content_keep_failures_total{kind="body"}'), 0);
  assert.equal(samples.get('mm4_content_keep_failures_total{kind="head"}'), 1);
});

test('every reply that says no is counted, at its step', async () => {
  const { engine } = await memoryEngine({ configuration: configuration() });
  const metrics = openMetrics();
  const reception = metrics.countReplies(engine.reception);
  reception.welcome('198.51.100.1');
  const welcome = reception.welcome(addressOfA);
  assert.ok('visitor' in welcome);
  const { visitor } = welcome;
  reception.mail(visitor, 'no address @', undefined);
  reception.mail(visitor, 'someone@mmsc.op-a.example', undefined);
  reception.rcpt(visitor, '+447700900101/TYPE=PLMN@elsewhere.example', 0);
  const envelope = { mailFrom: '', rcptTo: [], size: undefined, ehlo: 'a', tls: undefined };
  const intake = reception.data(visitor, envelope);
  await intake.write(Buffer.from('Subject: lunch?\r\n\r\nnoon'));
  assert.equal((await intake.finish()).code, 554);
  reception.goodbye(visitor);
  const counted = [...(await samplesOf(metrics))].filter(([name]) => name.startsWith('mm4_smtp_in_refusals'));
  assert.deepEqual(counted, [
    ['mm4_smtp_in_refusals_total{partner="stranger",step="welcome",code="554"}', 1],
    ['mm4_smtp_in_refusals_total{partner="op-a",step="mail",code="553"}', 1],
    ['mm4_smtp_in_refusals_total{partner="op-a",step="rcpt",code="550"}', 1],
    ['mm4_smtp_in_refusals_total{partner="op-a",step="data",code="554"}', 1],
  ]);
});
