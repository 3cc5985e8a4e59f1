import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addressOfA, addressOfB, configuration, eventsOf, forwardTo, numberAt, reportOn } from './world.ts';
import { memoryEngine } from '../support/memory-engine.ts';

test('a report without a Date that comes again is a repeat: the originator hears it once', async () => {
  const world = await memoryEngine({ configuration: configuration() });
  await world.receive(addressOfA, forwardTo(numberAt.b, 'm-1', ['X-Mms-Delivery-Report: Yes']));
  await world.time.pass(2_000);
  const report = reportOn(numberAt.b, 'm-1@mmsc.op-a.example', 'mmsc.op-b.example');
  const deferred = { ...report, content: String(report.content).replace('Retrieved', 'Deferred') };
  assert.equal(await world.receive(addressOfB, deferred), 250);
  await world.time.pass(60_000);
  assert.equal(await world.receive(addressOfB, deferred), 250);
  await world.time.pass(60_000);
  const types = (await eventsOf(world, 'mms-')).map(({ type }) => type);
  assert.equal(world.sent.get('op-a-out')?.length, 1, types.join(' '));
  assert.ok(types.includes('DuplicateReceived'));
  await world.engine.stop();
});
