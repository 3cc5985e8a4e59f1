import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { load } from '../config/support.ts';
import { memoryEngine, type MemoryEngine } from '../support/memory-engine.ts';
import { headerOf } from '../support/partner-pdu.ts';
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

const sentTypes = ({ sent }: MemoryEngine, route: string): readonly string[] =>
  (sent.get(route) ?? []).map(({ head }) => headerOf(head, 'X-Mms-Message-Type'));

test('a RES that is on its way while a reload renews its line is not sent a second time', async () => {
  let reply = (): void => undefined;
  const isHeard = new Promise<void>((resolve) => (reply = resolve));
  const world = await memoryEngine({
    configuration: configuration(),
    answer: async (route) => {
      if (route === 'op-a-out') await isHeard;
      return { kind: 'sent', reply: { code: 250, text: 'taken' }, refused: [] };
    },
  });
  const { engine, receive, time } = world;
  await receive(addressOfA, forwardTo(numberAt.b, 'm-1', ['X-Mms-Ack-Request: Yes']));
  await time.pass(2_000);
  const renewed = load(
    configuration().replace('account: op-a-out,', 'account: op-a-out, maxConnections: 3,'),
  );
  assert.ok(E.isRight(await engine.reload(renewed.configuration, 'ann')));
  await time.pass(60_000);
  reply();
  await time.pass(60_000);
  assert.deepEqual(sentTypes(world, 'op-a-out'), ['MM4_forward.RES']);
  await engine.stop();
});

test('a report that waits for the RES that names its message is answered once, though that RES comes twice at once', async () => {
  const world = await memoryEngine({ configuration: renamingB });
  const { engine, receive, time } = world;
  await receive(addressOfA, forwardTo(numberAt.b, 'm-1'));
  await time.pass(2_000);
  const report = reportOn(numberAt.b, 'their-1@mmsc.op-b.example', 'mmsc.op-b.example');
  const asking = {
    ...report,
    content: String(report.content).replace('\r\n\r\n', '\r\nX-Mms-Ack-Request: Yes\r\n\r\n'),
  };
  assert.equal(await receive(addressOfB, asking), 250);
  const res = naming(world, 'their-1@mmsc.op-b.example');
  assert.deepEqual(await Promise.all([receive(addressOfB, res), receive(addressOfB, res)]), [250, 250]);
  await time.pass(120_000);
  const types = (await eventsOf(world, 'mms-')).map(({ type }) => type);
  assert.equal(types.filter((type) => type === 'Delivered').length, 1);
  assert.equal(types.filter((type) => type === 'DuplicateReceived').length, 0, types.join(' '));
  assert.deepEqual(
    sentTypes(world, 'op-b-out').filter((type) => type === 'MM4_delivery_report.RES'),
    ['MM4_delivery_report.RES'],
  );
  await engine.stop();
});
