import assert from 'node:assert/strict';
import { test } from 'node:test';

import { memoryEngine, type IncomingPdu, type MemoryEngine } from '../support/memory-engine.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

const addressOfB = '192.0.2.2';
const hour = 3_600_000;

/** What an MTA of B's says about a mail of ours, of which it returns the headers. */
function bounce(head: string, group: readonly string[]): IncomingPdu {
  const content = [
    'From: MAILER-DAEMON@mx.op-b.example',
    'To: +447700900101/TYPE=PLMN@mmsc.hub.example',
    'Date: Tue, 24 Nov 2026 12:00:30 +0000',
    'Message-ID: <dsn-1@mx.op-b.example>',
    'Content-Type: multipart/report; report-type=delivery-status;',
    ' boundary="b1"',
    '',
    '--b1',
    '',
    'I am sorry.',
    '--b1',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.op-b.example',
    '',
    ...group,
    '',
    '--b1',
    'Content-Type: text/rfc822-headers',
    '',
    head.trimEnd(),
    '--b1--',
    '',
  ];
  const rcptTo = ['+447700900101/TYPE=PLMN@mmsc.hub.example'];
  return { mailFrom: '', rcptTo, content: content.join('\r\n') };
}

const failed = [
  `Final-Recipient: rfc822; ${numberAt.b}/TYPE=PLMN@mmsc.op-b.example`,
  'Action: failed',
  'Status: 5.1.1',
  'Diagnostic-Code: smtp; 550 5.1.1 no such',
  ' subscriber',
];

/** A message of A's that B took, and the head it left with. */
async function forwarded(): Promise<{ readonly world: MemoryEngine; readonly head: string }> {
  const world = await memoryEngine({ configuration: configuration() });
  await world.receive(addressOfA, forwardTo(numberAt.b, 'm-1', ['X-Mms-Delivery-Report: Yes']));
  await world.time.pass(1_000);
  const [mail] = world.sent.get('op-b-out') ?? [];
  return { world, head: Buffer.from(mail?.head ?? new Uint8Array(0)).toString('latin1') };
}

async function typesOf(world: MemoryEngine, prefix: string): Promise<readonly string[]> {
  return (await eventsOf(world, prefix)).map(({ type }) => type);
}

test('a bounce of a forward is taken like a negative RES: the recipient fails, and the originator hears it', async () => {
  const { world, head } = await forwarded();
  assert.equal(await world.receive(addressOfB, bounce(head, failed)), 250);
  await world.time.pass(1_000);
  const events = await eventsOf(world, 'mms-');
  const ack = events.find(({ type }) => type === 'AckReceived');
  const { status, text } = JSON.parse(ack?.data ?? '{}') as Record<string, unknown>;
  assert.deepEqual(status, { code: 'Error-sending-address-unresolved', class: 'permanent', raw: '5.1.1' });
  assert.equal(text, '550 5.1.1 no such subscriber');
  assert.ok(events.some(({ type }) => type === 'DeliveryFailed'));
  const [report] = world.sent.get('op-a-out') ?? [];
  assert.match(Buffer.from(report?.head ?? []).toString(), /^X-Mms-MM-Status-Code: Rejected\r$/m);
  assert.deepEqual(await typesOf(world, 'refused-'), []);
  await world.engine.stop();
});

test('a bounce of one that was given up for now begins another transaction', async () => {
  const { world, head } = await forwarded();
  const later = failed.map((line) => line.replace('5.1.1', '4.4.7').replace('550', '451'));
  assert.equal(await world.receive(addressOfB, bounce(head, later)), 250);
  await world.time.pass(hour);
  assert.equal(world.sent.get('op-b-out')?.length, 2);
  await world.engine.stop();
});

test('a bounce of what we never sent, or that says nothing final, is no MM4; one from another partner is an orphan', async () => {
  const { world, head } = await forwarded();
  const foreign = head.replace(/^Message-ID: .*$/m, 'Message-ID: <anything@mmsc.hub.example>');
  assert.equal(await world.receive(addressOfB, bounce(foreign, failed)), 554);
  const delayed = failed.map((line) => line.replace('failed', 'delayed'));
  assert.equal(await world.receive(addressOfB, bounce(head, delayed)), 554);
  const forged = head.replace(/\.f1\.[a-z2-7]{8}@/, '.f1.aaaaaaaa@');
  assert.equal(await world.receive(addressOfB, bounce(forged, failed)), 250);
  assert.equal(await world.receive('192.0.2.3', bounce(head, failed)), 250);
  assert.deepEqual(await typesOf(world, 'orphan-'), ['OrphanReceived', 'OrphanReceived']);
  assert.ok(!(await typesOf(world, 'mms-')).includes('AckReceived'));
  assert.deepEqual(world.sent.get('op-a-out'), undefined, 'none is ever answered');
  await world.engine.stop();
});
