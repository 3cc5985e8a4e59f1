import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { memoryStore } from '../../adapters/store-memory/store.ts';
import type { EventStore } from '../../domain/ports.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';
import { memoryEngine } from '../support/memory-engine.ts';

test('one damaged message does not keep an operator from rerouting all others', async () => {
  const store = memoryStore();
  const wishes = {
    configuration: configuration(),
    down: (route: string) =>
      route === 'op-b-out' ? ({ at: 'connect', why: 'ECONNREFUSED' } as const) : null,
  };
  const first = await memoryEngine({ ...wishes, store });
  for (let index = 0; index < 40; index += 1)
    await first.receive(addressOfA, forwardTo(numberAt.b, `m-${index}`));
  await first.time.pass(3_000);
  const [damaged] = await eventsOf(first, 'mms-');
  await first.engine.stop();

  const tampered: EventStore = {
    ...store,
    readStream: (stream) => async () => {
      const read = await store.readStream(stream)();
      if (stream !== damaged?.stream) return read;
      return E.map((events: readonly (typeof damaged)[]) =>
        events.map((event) => ({ ...event, data: event.data.replace('op-a', 'op-x') })),
      )(read);
    },
  };
  const world = await memoryEngine({
    ...wishes,
    store: tampered,
    content: first.content,
    time: first.time,
    run: 2,
  });
  const command = { do: 'reroute', to: 'op-c-out', evenIfSent: false, what: { route: 'op-b-out' } } as const;
  const { operator } = world.engine;
  const preview = await operator.preview(command);
  const performed = await operator.perform(command, { by: 'ann', why: 'op-b is down' });
  assert.ok(E.isRight(preview), JSON.stringify(preview));
  assert.ok(E.isRight(performed), JSON.stringify(performed));
  assert.deepEqual([performed.right.selected, performed.right.changed], [40, 39]);
  await world.time.pass(60_000);
  assert.equal(world.sent.get('op-c-out')?.length, 39);
  await world.engine.stop();
});
