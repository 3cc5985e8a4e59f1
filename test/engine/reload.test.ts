import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';

import { memoryStore } from '../../adapters/store-memory/store.ts';
import { load } from '../config/support.ts';
import { memoryEngine } from '../support/memory-engine.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

const configured = (text: string) => load(text).configuration;
const withoutB = configured(
  configuration()
    .replace(/\n {2}- name: op-b[^]*?(?=\n {2}- name: op-c)/, '')
    .replace('op-b-out, ', ''),
);

test('a new configuration is in force at once, and an event says so', async () => {
  const world = await memoryEngine({ configuration: configuration() });
  const { engine, receive, sent, time } = world;
  const next = configured(
    configuration().replace('+4477009003*', '+4477009002*').replace('+4477009002*', '+4477009003*'),
  );
  const reloaded = await engine.reload(next, 'ann');
  assert.ok(E.isRight(reloaded));
  assert.deepEqual(reloaded.right.changes, [
    'partners.op-b.routes.op-b-out.recipients',
    'partners.op-c.routes.op-c-out.recipients',
  ]);
  await receive(addressOfA, forwardTo(numberAt.b, 'm-1'));
  await time.pass(2_000);
  assert.deepEqual([sent.get('op-b-out')?.length, sent.get('op-c-out')?.length], [undefined, 1]);
  const changes = (await eventsOf(world, 'node-')).filter(({ type }) => type === 'ConfigurationChanged');
  assert.equal(changes.length, 1);
  assert.match(changes[0]?.data ?? '', /"by":"ann"/);
  assert.equal((await eventsOf(world, `config-${reloaded.right.digest}`)).length, 1);
  await engine.stop();
});

test('a route that something waits for cannot go: the count and the command that reroutes it are said', async () => {
  let isDown = true;
  const { engine, receive, sent, time } = await memoryEngine({
    configuration: configuration(),
    down: (route) => (route === 'op-b-out' && isDown ? { at: 'connect', why: 'refused' } : null),
  });
  for (let index = 0; index < 3; index += 1) await receive(addressOfA, forwardTo(numberAt.b, `m-${index}`));
  await time.pass(2_000);
  const refused = await engine.reload(withoutB, 'ann');
  assert.ok(E.isLeft(refused));
  assert.match(refused.left, /op-b-out is gone, and 3 messages .*mm4 reroute --route op-b-out/);
  isDown = false;
  await time.pass(120_000);
  assert.equal(sent.get('op-b-out')?.length, 3, 'nothing had changed');
  assert.ok(E.isRight(await engine.reload(withoutB, 'ann')));
  assert.deepEqual(
    engine.lines().map(({ route }) => route.account),
    ['op-a-out', 'op-c-out'],
  );
  assert.equal(await receive('192.0.2.2', forwardTo(numberAt.c, 'm-9')), 554, 'a stranger now');
  await engine.stop();
});

test('what only a restart can change is refused', async () => {
  const { engine } = await memoryEngine({ configuration: configuration() });
  const renamed = configured(configuration().replace('name: hub', 'name: other'));
  const refused = await engine.reload(renamed, 'ann');
  assert.ok(E.isLeft(refused));
  assert.match(refused.left, /only a restart can change node\.name/);
  await engine.stop();
});

test('what the store cannot record does not come into force', async () => {
  const store = memoryStore();
  let isFull = false;
  const world = await memoryEngine({
    configuration: configuration(),
    store: {
      ...store,
      append: (...batch) =>
        isFull ? TE.left({ kind: 'unavailable', message: 'the disk is full' }) : store.append(...batch),
    },
  });
  const next = configured(configuration().replace('+4477009003*', '+4477009004*'));
  isFull = true;
  const refused = await world.engine.reload(next, 'ann');
  assert.ok(E.isLeft(refused));
  assert.match(refused.left, /the disk is full; nothing has changed, try again/);
  isFull = false;
  const reloaded = await world.engine.reload(next, 'ann');
  assert.ok(E.isRight(reloaded));
  assert.equal(reloaded.right.changes.length, 1, 'the same change is still to be made');
  await world.engine.stop();
});
