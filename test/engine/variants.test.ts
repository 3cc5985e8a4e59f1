import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { memoryStore } from '../../adapters/store-memory/store.ts';
import type { EventStore } from '../../domain/ports.ts';
import { memoryEngine, type IncomingPdu, type MemoryEngine } from '../support/memory-engine.ts';
import {
  addressOfA,
  addressOfB,
  askingB,
  configuration,
  eventsOf,
  forwardTo,
  naming,
  numberAt,
  reportOn,
} from './world.ts';

const addressOfC = '192.0.2.3';
const secondAtB = '+447700900202';

const other = (pdu: IncomingPdu): IncomingPdu => ({
  ...pdu,
  content: String(pdu.content).replace('Hello', 'Another'),
});

/** Recipients that count as delivered, with the stream that says so. */
const delivered = async (world: MemoryEngine): Promise<readonly (readonly [string, string])[]> =>
  (await eventsOf(world, 'mms-'))
    .filter(({ type }) => type === 'Delivered')
    .map(({ stream, data }) => [stream, (JSON.parse(data) as { recipient: string }).recipient]);

test('of two messages under one id, a report belongs to the one whose recipient it names', async () => {
  const world = await memoryEngine({ configuration: configuration() });
  await world.receive(addressOfA, forwardTo(numberAt.b, 'm-1'));
  await world.receive(addressOfA, other(forwardTo(secondAtB, 'm-1')));
  await world.time.pass(2_000);
  await world.receive(addressOfB, reportOn(secondAtB, 'm-1@mmsc.op-a.example', 'mmsc.op-b.example'));
  const [first] = await eventsOf(world, 'mms-');
  const reports = await delivered(world);
  assert.deepEqual(
    reports.map(([, recipient]) => recipient),
    [secondAtB],
  );
  assert.notEqual(reports[0]?.[0], first?.stream);
  await world.engine.stop();
});

test('a report that names a recipient of another partner is believed of nobody', async () => {
  const world = await memoryEngine({ configuration: configuration() });
  const both = forwardTo(numberAt.b, 'm-1');
  const toC = `${numberAt.c}/TYPE=PLMN@mmsc.hub.example`;
  await world.receive(addressOfA, { ...both, rcptTo: [...both.rcptTo, toC] });
  await world.time.pass(2_000);
  await world.receive(addressOfC, reportOn(numberAt.b, 'm-1@mmsc.op-a.example', 'mmsc.op-c.example'));
  assert.deepEqual(await delivered(world), []);
  assert.equal((await eventsOf(world, 'orphan-')).length, 1);
  await world.engine.stop();
});

test('a partner that was never sent a message, since it was rerouted before, cannot report on it', async () => {
  const world = await memoryEngine({
    configuration: configuration(),
    down: (route) => (route === 'op-b-out' ? { at: 'connect', why: 'ECONNREFUSED' } : null),
  });
  await world.receive(addressOfA, forwardTo(numberAt.b, 'm-1'));
  await world.time.pass(2_000);
  const reroute = { do: 'reroute', what: { route: 'op-b-out' }, to: 'op-c-out', evenIfSent: false } as const;
  await world.engine.operator.perform(reroute, { by: 'ann', why: 'op-b is down' });
  await world.time.pass(2_000);
  assert.equal(world.sent.get('op-c-out')?.length, 1);
  await world.receive(addressOfB, reportOn(numberAt.b, 'm-1@mmsc.op-a.example', 'mmsc.op-b.example'));
  assert.deepEqual(await delivered(world), []);
  await world.receive(addressOfC, reportOn(numberAt.b, 'm-1@mmsc.op-a.example', 'mmsc.op-c.example'));
  assert.equal((await delivered(world)).length, 1);
  await world.engine.stop();
});

const ourId = 'm-1@mmsc.op-a.example';
const [theirFirst, theirSecond] = ['their-1@mmsc.op-b.example', 'their-2@mmsc.op-b.example'];
const reportOfB = (recipient: string, id: string, transaction: string): IncomingPdu => {
  const report = reportOn(recipient, id, 'mmsc.op-b.example');
  return { ...report, content: String(report.content).replace('"r-', `"${transaction}-`) };
};

test("a partner's own name for one of them leads to that one, though the other awaits a report too", async () => {
  const world = await memoryEngine({ configuration: askingB });
  const { receive, time } = world;
  await receive(addressOfA, forwardTo(numberAt.b, 'm-1'));
  await time.pass(2_000);
  await receive(addressOfB, naming(world, theirFirst));
  await receive(addressOfA, other(forwardTo(numberAt.b, 'm-1')));
  await time.pass(2_000);
  await receive(addressOfB, naming(world, theirSecond));
  const [first] = await eventsOf(world, 'mms-');
  await receive(addressOfB, reportOfB(numberAt.b, theirFirst, 'one'));
  await receive(addressOfB, reportOfB(numberAt.b, theirFirst, 'two'));
  assert.deepEqual(
    (await delivered(world)).map(([stream]) => stream),
    [first?.stream],
    'the second report repeats the first',
  );
  await world.engine.stop();
});

test('where a partner gives one name to two messages under one id, a report belongs to the one whose recipient it names', async () => {
  const world = await memoryEngine({ configuration: askingB });
  const { receive, time } = world;
  await receive(addressOfA, forwardTo(numberAt.b, 'm-1'));
  await time.pass(2_000);
  await receive(addressOfB, naming(world, theirFirst));
  // The RES to this one, with the same name, is lost.
  await receive(addressOfA, other(forwardTo(secondAtB, 'm-1')));
  await time.pass(2_000);
  await receive(addressOfB, reportOfB(secondAtB, theirFirst, 'one'));
  assert.deepEqual(
    (await delivered(world)).map(([, recipient]) => recipient),
    [secondAtB],
  );
  await world.engine.stop();
});

test("under a partner's own name, nobody is assumed but the only recipient of the message that it was learned for", async () => {
  const world = await memoryEngine({ configuration: askingB });
  const { receive, time } = world;
  const both = forwardTo(numberAt.b, 'm-1');
  await receive(addressOfA, {
    ...both,
    rcptTo: [...both.rcptTo, `${secondAtB}/TYPE=PLMN@mmsc.hub.example`],
  });
  await time.pass(2_000);
  await receive(addressOfB, naming(world, theirFirst));
  await receive(addressOfA, other(forwardTo(numberAt.b, 'm-1')));
  await time.pass(2_000);
  await receive(addressOfB, reportOfB('+447700900299', theirFirst, 'one'));
  assert.deepEqual(await delivered(world), []);
  await receive(addressOfB, reportOfB('+447700900299', ourId, 'two'));
  assert.deepEqual(await delivered(world), [], 'one of three');
  await world.engine.stop();
});

test('an intake of our own that the store first denied is no repeat: its body stays', async () => {
  const store = memoryStore();
  let denies = true;
  const denying: EventStore = {
    ...store,
    append: (stream, expected, events) => async () => {
      const appended = await store.append(stream, expected, events)();
      if (!denies || !stream.startsWith('mms-')) return appended;
      denies = false;
      return E.left({ kind: 'conflict', actual: 0 });
    },
  };
  const world = await memoryEngine({ configuration: configuration(), store: denying });
  assert.equal(await world.receive(addressOfA, forwardTo(numberAt.b, 'm-1')), 250);
  await world.time.pass(2_000);
  const events = await eventsOf(world, 'mms-');
  assert.ok(events.every(({ type }) => type !== 'DuplicateReceived'));
  assert.equal(world.sent.get('op-b-out')?.length, 1);
  await world.engine.stop();
});
