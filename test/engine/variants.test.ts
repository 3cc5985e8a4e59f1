import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { memoryStore } from '../../adapters/store-memory/store.ts';
import type { EventStore } from '../../domain/ports.ts';
import { memoryEngine, type IncomingPdu, type MemoryEngine } from '../support/memory-engine.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

const addressOfB = '192.0.2.2';
const addressOfC = '192.0.2.3';
const secondAtB = '+447700900202';

/** A delivery report of a partner's, on a message under some id. */
function reportOn(recipient: string, id: string, domain: string): IncomingPdu {
  const head = [
    `From: ${recipient}/TYPE=PLMN@${domain}`,
    'To: +447700900101/TYPE=PLMN@mmsc.hub.example',
    'X-Mms-3GPP-MMS-Version: 6.10.0',
    'X-Mms-Message-Type: MM4_delivery_report.REQ',
    `X-Mms-Transaction-ID: "r-${recipient}"`,
    `X-Mms-Message-ID: "${id}"`,
    'X-Mms-MM-Status-Code: Retrieved',
  ];
  return {
    mailFrom: `system-user@${domain}`,
    rcptTo: ['+447700900101/TYPE=PLMN@mmsc.hub.example'],
    content: `${head.join('\r\n')}\r\n\r\n`,
  };
}

/** A RES that brings the partner's own name for the message that it was sent last. */
function naming({ sent }: MemoryEngine, name: string): IncomingPdu {
  const head = Buffer.from(sent.get('op-b-out')?.at(-1)?.head ?? []).toString('latin1');
  const transactionId = /^X-Mms-Transaction-ID: (.*)\r$/m.exec(head)?.[1] ?? '';
  const to = 'system-user@mmsc.hub.example';
  const lines = [
    `To: ${to}`,
    'X-Mms-3GPP-MMS-Version: 6.10.0',
    'X-Mms-Message-Type: MM4_forward.RES',
    `X-Mms-Transaction-ID: ${transactionId}`,
    `X-Mms-Message-ID: "${name}"`,
    'X-Mms-Request-Status-Code: Ok',
  ];
  return {
    mailFrom: 'system-user@mmsc.op-b.example',
    rcptTo: [to],
    content: `${lines.join('\r\n')}\r\n\r\n`,
  };
}

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

test("a partner's own name for one of them leads to that one alone", async () => {
  const world = await memoryEngine({
    configuration: configuration({ routeB: ', requestAck: true' }).replace('requestAck: false, ', ''),
  });
  const { receive, time } = world;
  await receive(addressOfA, forwardTo(numberAt.b, 'm-1'));
  await time.pass(2_000);
  await receive(addressOfB, naming(world, 'their-1@mmsc.op-b.example'));
  await receive(addressOfA, other(forwardTo(secondAtB, 'm-1')));
  await time.pass(2_000);
  await receive(addressOfB, naming(world, 'their-2@mmsc.op-b.example'));
  await receive(addressOfB, reportOn(secondAtB, 'their-1@mmsc.op-b.example', 'mmsc.op-b.example'));
  assert.deepEqual(
    (await delivered(world)).map(([, recipient]) => recipient),
    [numberAt.b],
    'their-1 had one recipient only',
  );
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
