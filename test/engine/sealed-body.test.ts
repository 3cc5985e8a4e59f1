import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { memoryStore } from '../../adapters/content-memory/store.ts';
import type { ContentStore } from '../../domain/ports.ts';
import { memoryEngine } from '../support/memory-engine.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

/** Every body in it is whole and well sealed, and another's. */
function mixedUp(): ContentStore {
  const content = memoryStore();
  return {
    ...content,
    read: async function* (ref) {
      for await (const chunk of content.read(ref)) yield ref.startsWith('body') ? chunk.toReversed() : chunk;
    },
  };
}

test('a body that is not the one that was taken in never leaves: the leg fails by us, and the originator hears it', async () => {
  const world = await memoryEngine({ configuration: configuration(), content: mixedUp() });
  const { engine, receive, sent, time } = world;
  await receive(addressOfA, forwardTo(numberAt.b, 'm-1', ['X-Mms-Delivery-Report: Yes']));
  await time.pass(5_000);
  assert.equal(sent.get('op-b-out')?.length ?? 0, 0);
  const [failed] = (await eventsOf(world, 'mms-')).filter(({ type }) => type === 'DeliveryFailed');
  assert.match(failed?.data ?? '', /"status":"Rejected","by":"us".*its digest is another/);
  const [report] = sent.get('op-a-out') ?? [];
  assert.match(Buffer.from(report?.head ?? []).toString('latin1'), /X-Mms-MM-Status-Code: Rejected/);
  await engine.stop();
});

test('nor is it given to the subscriber that fetches it, and it does not count as delivered', async () => {
  const world = await memoryEngine({ configuration: configuration(), content: mixedUp() });
  const { engine, receive, time } = world;
  await receive(addressOfA, forwardTo(numberAt.own, 'm-1'));
  await time.pass(5_000);
  const handset = { number: numberAt.own, gateway: 'mailbox', address: '127.0.0.1' };
  const listed = await engine.handsets.list({ number: numberAt.own, box: 'in', max: 10 });
  assert.ok(E.isRight(listed));
  const [entry] = listed.right;
  const fetched = await engine.handsets.retrieve(handset, entry?.uid ?? '');
  assert.ok(E.isLeft(fetched));
  assert.match(fetched.left.message, /its digest is another/);
  assert.ok((await eventsOf(world, 'mms-')).every(({ type }) => type !== 'Delivered'));
  await engine.stop();
});
