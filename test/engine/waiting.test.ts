import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { EventStore } from '../../domain/ports.ts';
import { memoryStore } from '../../adapters/store-memory/store.ts';
import { memoryEngine } from '../support/memory-engine.ts';
import { addressOfA, configuration, forwardTo, numberAt } from './world.ts';

const waiting = 100_000;
const hour = 3_600_000;

/** Counts the events that are appended. */
function counting(store: EventStore): { readonly store: EventStore; events(): number } {
  let count = 0;
  return {
    events: () => count,
    store: {
      ...store,
      append: (stream, expected, events) => {
        count += events.length;
        return store.append(stream, expected, events);
      },
    },
  };
}

test(`${waiting} messages wait for a partner that is down: no events, others go on, and then they leave in order`, async () => {
  let isDown = true;
  const refused = { at: 'connect', why: 'ECONNREFUSED' } as const;
  let probes = 0;
  const counted = counting(memoryStore());
  const { engine, receive, sent, time, openWork } = await memoryEngine({
    configuration: configuration({ routeB: ', deadline: 72h, maxConnections: 4' }),
    store: counted.store,
    down: (route) => {
      if (route !== 'op-b-out' || !isDown) return null;
      probes += 1;
      return refused;
    },
  });
  for (let count = 0; count < waiting; count += 1) {
    assert.equal(await receive(addressOfA, forwardTo(numberAt.b, `b-${count}`)), 250);
    if (count % 1_000 === 0) await time.pass(1_000);
  }
  const before = counted.events();
  probes = 0;
  await time.pass(hour);
  assert.equal(counted.events(), before, 'who waits gets no events');
  assert.ok(probes <= 65, `one bare session a minute probes the line, not ${probes}`);
  const [row] = (await openWork.waiting()).filter(({ on }) => on.endsWith(' op-b-out'));
  assert.equal(row?.waiting, waiting);

  for (let count = 0; count < 100; count += 1) await receive(addressOfA, forwardTo(numberAt.c, `c-${count}`));
  await time.pass(1_000);
  assert.equal(sent.get('op-c-out')?.length, 100, 'another partner does not notice');

  isDown = false;
  await time.until(() => (sent.get('op-b-out')?.length ?? 0) >= waiting, hour);
  await time.pass(10_000);
  const got = (sent.get('op-b-out') ?? []).map(
    ({ head }) => /b-(\d+)@/.exec(Buffer.from(head).toString('latin1'))?.[1],
  );
  assert.equal(new Set(got).size, waiting, 'each once');
  assert.equal(got.length, waiting);
  const thousands = got.map((number) => Math.floor(Number(number) / 1_000));
  const inversions = thousands.filter(
    (thousand, index) => index > 0 && thousand < (thousands[index - 1] ?? 0) - 2,
  );
  assert.deepEqual(inversions, [], 'the oldest first');
  await engine.stop();
});
