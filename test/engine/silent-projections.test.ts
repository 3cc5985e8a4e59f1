import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { memoryStore } from '../../adapters/store-memory/store.ts';
import type { EventStore } from '../../domain/ports.ts';
import { load } from '../config/support.ts';
import { memoryEngine, type MemoryEngine } from '../support/memory-engine.ts';
import { memoryProjections } from '../support/memory-projections.ts';
import {
  addressOfA,
  addressOfB,
  configuration,
  eventsOf,
  forwardTo,
  naming,
  numberAt,
  renamingB,
  reportOn,
} from './world.ts';

const changed = load(configuration({ routeB: ', maxRecipientsPerPdu: 2' })).configuration;
const name = 'their-1@mmsc.op-b.example';

/** An engine whose projections answer only while the feed is there. */
async function world(text: string): Promise<MemoryEngine & { feedIsGone(gone: boolean): void }> {
  const store = memoryStore();
  let isGone = false;
  const feed: Pick<EventStore, 'readFeed'> = {
    readFeed: (after, options) => async () =>
      isGone
        ? E.left({ kind: 'unavailable', message: 'the feed is gone' })
        : store.readFeed(after, options)(),
  };
  const engine = await memoryEngine({ configuration: text, store, projections: memoryProjections(feed, []) });
  return { ...engine, feedIsGone: (gone) => (isGone = gone) };
}

test('without projections mail is taken and relayed all the same', async () => {
  const hub = await world(configuration());
  hub.feedIsGone(true);
  assert.equal(await hub.receive(addressOfA, forwardTo(numberAt.b, 'm-1')), 250);
  await hub.time.pass(2_000);
  assert.equal(hub.sent.get('op-b-out')?.length, 1);
  await hub.engine.stop();
});

test('a RES that brings a name while it cannot be told who waits for that is asked for again, and then its reports are attached', async () => {
  const hub = await world(renamingB);
  await hub.receive(addressOfA, forwardTo(numberAt.b, 'm-1'));
  await hub.time.pass(2_000);
  const res = naming(hub, name);
  // The report overtakes the RES, and waits for it.
  assert.equal(await hub.receive(addressOfB, reportOn(numberAt.b, name, 'mmsc.op-b.example')), 250);
  hub.feedIsGone(true);
  assert.equal(await hub.receive(addressOfB, res), 451);
  hub.feedIsGone(false);
  assert.equal(await hub.receive(addressOfB, res), 250);
  const types = (await eventsOf(hub, '')).map(({ type }) => type);
  assert.ok(types.includes('Delivered') && types.includes('Attached'), types.join(' '));
  await hub.engine.stop();
});

test('what has to know what waits says that it cannot, and changes nothing', async () => {
  const hub = await world(configuration());
  const { engine, feedIsGone } = hub;
  await hub.receive(addressOfA, forwardTo(numberAt.b, 'm-1'));
  await hub.time.pass(2_000);
  const hand = { by: 'ann', why: 'to see' };
  feedIsGone(true);
  const before = (await eventsOf(hub, '')).length;
  const reload = await engine.reload(changed, 'ann');
  const held = await engine.operator.perform({ do: 'hold', what: { partner: 'op-b' } }, hand);
  const why = await engine.operator.why('op-b');
  const attached = await engine.operator.attach('orphan-1', 'm-1@mmsc.op-a.example', hand);
  const list = await engine.handsets.list({ number: numberAt.own, box: 'in', max: 10 });
  for (const answer of [reload, held, why, attached]) {
    assert.ok(E.isLeft(answer));
    assert.match(answer.left, /the feed is gone/);
  }
  assert.ok(E.isLeft(list));
  assert.equal(list.left.kind, 'unavailable');
  assert.equal((await eventsOf(hub, '')).length, before);
  feedIsGone(false);
  assert.ok(E.isRight(await engine.reload(changed, 'ann')));
  await engine.stop();
});
