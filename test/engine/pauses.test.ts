import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { memoryStore } from '../../adapters/store-memory/store.ts';
import { memoryEngine } from '../support/memory-engine.ts';
import { virtualTime } from '../support/virtual-time.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

const ann = { by: 'ann', why: 'billing dispute' };
const hour = 3_600_000;

test('a paused partner gets no forwards; RES go on, others do not notice; resumed it gets all', async () => {
  const world = await memoryEngine({ configuration: configuration() });
  const { engine, receive, sent, time } = world;
  assert.ok(E.isRight(await engine.operator.pause('op-b', null, ann)));
  const ack = ['X-Mms-Ack-Request: Yes'];
  await receive(addressOfA, forwardTo(numberAt.b, 'm-1', ack));
  await receive(addressOfA, forwardTo(numberAt.c, 'm-2', ack));
  const before = (await eventsOf(world, 'mms-')).length;
  await time.pass(2 * hour);
  assert.equal(sent.get('op-b-out'), undefined);
  assert.equal(sent.get('op-c-out')?.length, 1);
  assert.equal(sent.get('op-a-out')?.length, 2, 'both RES');
  assert.ok((await eventsOf(world, 'mms-')).length - before <= 6, 'the paused one gets no events');
  assert.ok(E.isRight(await engine.operator.resume('op-b', ann)));
  await time.pass(2_000);
  assert.equal(sent.get('op-b-out')?.length, 1);
  assert.ok(E.isLeft(await engine.operator.resume('op-b', ann)), 'it is not paused');
  assert.ok(E.isLeft(await engine.operator.pause('nobody', null, ann)));
  await engine.stop();
});

test('a pause with an end ends by itself, also over a restart', async () => {
  const store = memoryStore();
  const time = virtualTime(Date.UTC(2026, 10, 24, 12));
  const first = await memoryEngine({ configuration: configuration(), store, time });
  await first.engine.operator.pause('op-b', time.clock.now() + hour, ann);
  await first.receive(addressOfA, forwardTo(numberAt.b, 'm-1'));
  await time.pass(1_000);
  await first.engine.stop();

  const second = await memoryEngine({ configuration: configuration(), store, time });
  await time.pass(hour / 2);
  assert.equal(second.sent.get('op-b-out'), undefined, 'the pause outlives the restart');
  await time.pass(hour);
  const events = await eventsOf(second, 'partner-op-b');
  assert.deepEqual(
    events.map(({ type, data }) => [type, (JSON.parse(data) as { by?: string }).by]),
    [
      ['Paused', 'ann'],
      ['Resumed', 'engine'],
    ],
  );
  await second.engine.operator.pause('op-b', time.clock.now() + hour, ann);
  await second.engine.stop();
  await time.pass(2 * hour);
  const third = await memoryEngine({ configuration: configuration(), store, time });
  assert.equal(
    (await eventsOf(third, 'partner-op-b')).at(-1)?.type,
    'Resumed',
    'its time was over meanwhile',
  );
  await third.engine.stop();
});
