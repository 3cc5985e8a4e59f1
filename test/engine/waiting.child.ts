/**
 * What `waiting.test.ts` runs: messages wait for a partner that is down, then for a limit of 10/s. No events for them, others go on,
 * and they leave in order.
 */
import assert from 'node:assert/strict';

import * as E from 'fp-ts/lib/Either.js';

import type { EventStore } from '../../domain/ports.ts';
import { memoryStore } from '../../adapters/store-memory/store.ts';
import { load } from '../config/support.ts';
import { memoryEngine } from '../support/memory-engine.ts';
import { addressOfA, configuration, forwardTo, numberAt } from './world.ts';

const waiting = Number(process.argv[2]);
const minute = 60_000;
const hour = 60 * minute;
const withoutRate = ', deadline: 72h, maxConnections: 4';
const withoutLimit = configuration({ routeB: withoutRate });

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

let isDown = true;
const refused = { at: 'connect', why: 'ECONNREFUSED' } as const;
let probes = 0;
const counted = counting(memoryStore());
const { engine, receive, sent, time, openWork } = await memoryEngine({
  configuration: configuration({ routeB: `${withoutRate}, rate: 10/s` }),
  store: counted.store,
  down: (route) => {
    if (route !== 'op-b-out' || !isDown) return null;
    probes += 1;
    return refused;
  },
});
const delivered = (): number => sent.get('op-b-out')?.length ?? 0;
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
await time.until(() => delivered() > 0, 2 * minute);
const [already, appended] = [delivered(), counted.events()];
await time.pass(10 * minute);
const passed = delivered() - already;
assert.ok(Math.abs(passed - 6_000) <= 60, `${passed} in ten minutes at 10/s`);
assert.ok(
  counted.events() - appended <= 4 * passed,
  'events for those that pass, and none for those that wait',
);
for (let count = 100; count < 200; count += 1) await receive(addressOfA, forwardTo(numberAt.c, `c-${count}`));
await time.pass(1_000);
assert.equal(sent.get('op-c-out')?.length, 200, 'nor does it notice the limit');

assert.ok(E.isRight(await engine.reload(load(withoutLimit).configuration, 'test')));
await time.until(() => delivered() >= waiting, hour);
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
