import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ourTransactionId, uidOf } from '../../domain/mms/ids.ts';
import { memoryEngine, type IncomingPdu, type MemoryEngine } from '../support/memory-engine.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

const addressOf = { a: addressOfA, b: '192.0.2.2', c: '192.0.2.3' } as const;
const messageId = 'm-1@mmsc.op-a.example';

/** A RES that bears this transaction id and names this message. */
function res(kind: string, transactionId: string, id = messageId): IncomingPdu {
  const head = [
    'From: system-user@mmsc.partner.example',
    'To: system-user@mmsc.hub.example',
    'Date: Tue, 24 Nov 2026 12:01:00 +0000',
    'X-Mms-3GPP-MMS-Version: 6.10.0',
    `X-Mms-Message-Type: MM4_${kind}.RES`,
    `X-Mms-Transaction-ID: "${transactionId}"`,
    `X-Mms-Message-ID: "${id}"`,
    'X-Mms-Request-Status-Code: Ok',
  ];
  return { mailFrom: '', rcptTo: ['system-user@mmsc.hub.example'], content: `${head.join('\r\n')}\r\n\r\n` };
}

/** A message of A's that waits for the RES of whom it went to, and a report on a number nobody serves that waits for A's. */
async function waiting(recipients: readonly string[]): Promise<MemoryEngine> {
  const text = configuration().replaceAll('requestAck: false', 'requestAck: true');
  const world = await memoryEngine({ configuration: text });
  const { rcptTo, ...mail } = forwardTo(recipients[0] ?? '', 'm-1', ['X-Mms-Delivery-Report: Yes']);
  const others = recipients.slice(1).map((number) => `${number}/TYPE=PLMN@mmsc.hub.example`);
  assert.equal(await world.receive(addressOf.a, { ...mail, rcptTo: [...rcptTo, ...others] }), 250);
  await world.time.pass(1_000);
  return world;
}

async function dataOf(world: MemoryEngine, type: string): Promise<readonly Record<string, unknown>[]> {
  return (await eventsOf(world, ''))
    .filter((event) => event.type === type)
    .map(({ data }) => JSON.parse(data) as Record<string, unknown>);
}

test('a RES with a transaction id that is none of ours answers the one open forward of its message at that partner', async () => {
  const world = await waiting([numberAt.b, numberAt.c]);
  assert.equal(await world.receive(addressOf.c, res('forward', '001')), 250);
  const [ack, ...more] = await dataOf(world, 'AckReceived');
  assert.deepEqual(more, []);
  assert.deepEqual(ack?.['recipients'], [numberAt.c]);
  assert.equal((ack['pdu'] as { readonly transactionId: string }).transactionId, '"001"');
  assert.equal(await world.receive(addressOf.b, res('forward', '001')), 250);
  assert.equal((await dataOf(world, 'AckReceived')).length, 2);
  assert.deepEqual(await dataOf(world, 'OrphanReceived'), []);
  await world.engine.stop();
});

test('a RES to a report does so likewise', async () => {
  const world = await waiting([numberAt.b, '+4915112345678']);
  assert.equal(await world.receive(addressOf.a, res('delivery_report', '001')), 250);
  assert.equal((await dataOf(world, 'ReportAckReceived')).length, 1);
  assert.deepEqual(await dataOf(world, 'AckReceived'), []);
  await world.engine.stop();
});

test('it stays an orphan where several are open, none is, it comes from another, or its id looks like ours', async () => {
  const world = await waiting([numberAt.b, '+447700900202']);
  const forged = ourTransactionId(uidOf(messageId), 'forward', 1, 'aaaaaaaa');
  for (const [from, kind, transactionId, id, why] of [
    ['b', 'forward', '001', messageId, 'not exactly one transaction is open for its Message-ID'],
    ['b', 'read_reply_report', '001', messageId, 'not exactly one transaction is open for its Message-ID'],
    ['c', 'forward', '001', messageId, 'not exactly one transaction is open for its Message-ID'],
    ['b', 'forward', '001', 'other@mmsc.op-a.example', 'no message has this transaction'],
    ['b', 'forward', forged, messageId, 'its transaction id was never given out'],
  ] as const) {
    assert.equal(await world.receive(addressOf[from], res(kind, transactionId, id)), 250);
    assert.equal((await dataOf(world, 'OrphanReceived')).at(-1)?.['why'], why);
  }
  assert.equal((await dataOf(world, 'OrphanReceived')).length, 5);
  assert.deepEqual(await dataOf(world, 'AckReceived'), []);
  await world.engine.stop();
});
