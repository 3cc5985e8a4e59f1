import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { describe } from '../../adapters/cli/show/describe.ts';
import { decodeEvent } from '../../domain/mms/codec.ts';
import type { OutgoingMail } from '../../domain/ports.ts';
import { memoryEngine, type IncomingPdu, type MemoryEngine } from '../support/memory-engine.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

const addressOfB = '192.0.2.2';
const anna = '+447700900101/TYPE=PLMN@mmsc.op-a.example';
const given = '+447700900199';
const givenAtOurs = `${given}/TYPE=PLMN@mmsc.hub.example`;
const annaAtOurs = '+447700900101/TYPE=PLMN@mmsc.hub.example';
const only = `, senderAddress: "${given}/TYPE=PLMN", allowSenderOverride: false`;
const otherwise = `, senderAddress: "${given}"`;

const fromAnna = (headers: readonly string[] = []): IncomingPdu =>
  forwardTo(numberAt.b, 'm-1', ['X-Mms-Delivery-Report: Yes', ...headers]);

/** The same without From, or with another. */
function from(header: string | null, mailFrom: string): IncomingPdu {
  const { content, rcptTo } = fromAnna();
  const line = header === null ? '' : `From: ${header}\r\n`;
  return { mailFrom, rcptTo, content: String(content).replace(/^From: .*\r\n/m, line) };
}

async function sentOn(
  settings: Parameters<typeof configuration>[0],
  pdu: IncomingPdu,
): Promise<MemoryEngine> {
  const world = await memoryEngine({ configuration: configuration(settings) });
  assert.equal(await world.receive(addressOfA, pdu), 250);
  await world.time.pass(1_000);
  return world;
}

/** B says that the message was retrieved; A hears it. */
async function reportedTo(world: MemoryEngine, addressee: string): Promise<OutgoingMail | undefined> {
  const head = [
    `From: ${numberAt.b}/TYPE=PLMN@mmsc.op-b.example`,
    `To: ${addressee}`,
    'Date: Tue, 24 Nov 2026 12:01:00 +0000',
    'X-Mms-3GPP-MMS-Version: 6.10.0',
    'X-Mms-Message-Type: MM4_delivery_report.REQ',
    'X-Mms-Transaction-ID: "dr-1"',
    'X-Mms-Message-ID: "m-1@mmsc.op-a.example"',
    'X-Mms-MM-Status-Code: Retrieved',
  ];
  const content = `${head.join('\r\n')}\r\n\r\n`;
  const report = { mailFrom: 'system-user@mmsc.op-b.example', rcptTo: [addressee], content };
  assert.equal(await world.receive(addressOfB, report), 250);
  await world.time.pass(1_000);
  await world.engine.stop();
  return world.sent.get('op-a-out')?.[0];
}

const headOf = (mail: OutgoingMail | undefined): string =>
  Buffer.from(mail?.head ?? new Uint8Array(0)).toString('latin1');

/** What a mail says of its sender: MAIL FROM, From and Sender. */
function sendersIn(mail: OutgoingMail | undefined): readonly (string | undefined)[] {
  const header = (name: string): string | undefined =>
    new RegExp(`^${name}: (.*)\r$`, 'm').exec(headOf(mail))?.[1];
  return [mail?.mailFrom, header('From'), header('Sender')];
}

async function firstOf(world: MemoryEngine, type: string): Promise<Record<string, unknown>> {
  const events = await eventsOf(world, 'mms-');
  return JSON.parse(events.find((event) => event.type === type)?.data ?? '{}') as Record<string, unknown>;
}

/** A line of the timeline, as `mm4 show` tells it. */
async function told(world: MemoryEngine, type: string): Promise<string> {
  const stored = (await eventsOf(world, 'mms-')).find((event) => event.type === type);
  const event = stored === undefined ? null : decodeEvent(stored);
  return event === null || E.isLeft(event) ? '' : describe(event.right, String);
}

test('what comes through a VASP entry that may not override is from its sender address; reports go to the originator', async () => {
  const world = await sentOn({ vaspA: only }, fromAnna());
  const { sender, warnings } = await firstOf(world, 'Received');
  assert.deepEqual(sender, { address: given, kind: 'plmn', raw: anna });
  assert.deepEqual(warnings, ['sender-from-configuration', 'single-part-body']);
  assert.ok((await told(world, 'Received')).includes(`${given} (it wrote ${anna}) to ${numberAt.b}`));
  assert.deepEqual(sendersIn(world.sent.get('op-b-out')?.[0]), [givenAtOurs, givenAtOurs, givenAtOurs]);
  const report = await reportedTo(world, givenAtOurs);
  assert.deepEqual(report?.rcptTo, [anna]);
  assert.match(headOf(report), /^To: \+447700900101\/TYPE=PLMN@mmsc\.op-a\.example\r$/m);
});

test('a VASP entry that may override keeps its own From', async () => {
  const world = await sentOn({ vaspA: otherwise }, fromAnna());
  const { sender, warnings } = await firstOf(world, 'Received');
  assert.deepEqual(sender, { address: '+447700900101', kind: 'plmn', raw: anna });
  assert.deepEqual(warnings, ['single-part-body']);
  assert.deepEqual(sendersIn(world.sent.get('op-b-out')?.[0]), [annaAtOurs, annaAtOurs, annaAtOurs]);
  await world.engine.stop();
});

const atA = `${given}@mmsc.op-a.example`;
const systemOfA = 'system-user@mmsc.op-a.example';
for (const [mailFrom, reportsTo] of [
  ['', atA],
  [systemOfA, systemOfA],
] as const) {
  test(`its sender address stands in where there is no From and MAIL says <${mailFrom}>`, async () => {
    const world = await sentOn({ vaspA: otherwise }, from(null, mailFrom));
    const { sender } = await firstOf(world, 'Received');
    assert.deepEqual(sender, { address: given, kind: 'plmn', raw: mailFrom === '' ? given : mailFrom });
    const [, fromHeader] = sendersIn(world.sent.get('op-b-out')?.[0]);
    assert.equal(parseNumber(fromHeader), given);
    const report = await reportedTo(world, `${given}@mmsc.hub.example`);
    assert.deepEqual(report?.rcptTo, [reportsTo]);
  });
}

const parseNumber = (address: string | undefined): string | undefined => /^\+\d+/.exec(address ?? '')?.[0];

test('a number in MAIL is a sender: nothing stands in for it', async () => {
  const world = await sentOn({ vaspA: otherwise }, from(null, anna));
  const { sender } = await firstOf(world, 'Received');
  assert.deepEqual(sender, { address: '+447700900101', kind: 'plmn', raw: anna });
  await world.engine.stop();
});

test('without a sender address a message from nobody is refused as before', async () => {
  const world = await memoryEngine({ configuration: configuration() });
  assert.equal(await world.receive(addressOfA, from(null, '')), 554);
  await world.engine.stop();
});

test('the given sender decides the route, and may be one of ours, which a partner may not claim by itself', async () => {
  const c = ', senderAddress: "60300"';
  const settings = { vaspA: ', senderAddress: "60300", allowSenderOverride: false', routeB: c };
  const ours = configuration(settings).replace('masks: ["+4477009009*"]', '$&, shortCodes: ["60300"]');
  const world = await memoryEngine({ configuration: ours });
  const toC = forwardTo(numberAt.c, 'm-2');
  assert.equal(await world.receive(addressOfA, toC), 250);
  const { by, to } = await firstOf(world, 'Routed');
  assert.equal(by, 'sender');
  assert.deepEqual((to as { readonly route: string }).route, 'op-b-out');
  await world.engine.stop();
  const open = ours.replace('"60300", allowSenderOverride: false', '""');
  const strict = await memoryEngine({ configuration: open });
  assert.equal(await strict.receive(addressOfA, from('60300', '60300')), 550);
  await strict.engine.stop();
});

test('a route that may not override shows its partner the default sender, and only its partner', async () => {
  const world = await sentOn({ routeB: only }, fromAnna());
  const { sender } = await firstOf(world, 'Received');
  assert.deepEqual(sender, { address: '+447700900101', kind: 'plmn', raw: anna });
  assert.equal((await firstOf(world, 'ForwardStarted'))['sender'], given);
  assert.ok((await told(world, 'ForwardStarted')).includes(`${numberAt.b} as from ${given};`));
  assert.deepEqual(sendersIn(world.sent.get('op-b-out')?.[0]), [givenAtOurs, givenAtOurs, givenAtOurs]);
  await world.receive(addressOfA, forwardTo(numberAt.c, 'm-2'));
  await world.time.pass(1_000);
  assert.deepEqual(sendersIn(world.sent.get('op-c-out')?.[0]), [annaAtOurs, annaAtOurs, annaAtOurs]);
  const report = await reportedTo(world, givenAtOurs);
  assert.deepEqual(report?.rcptTo, [anna]);
  assert.match(headOf(report), /^To: \+447700900101\/TYPE=PLMN@mmsc\.op-a\.example\r$/m);
});

test('a route that may override shows its default sender only where the message names nobody', async () => {
  const named = await sentOn({ routeB: otherwise }, fromAnna());
  assert.equal((await firstOf(named, 'ForwardStarted'))['sender'], undefined);
  assert.deepEqual(sendersIn(named.sent.get('op-b-out')?.[0]), [annaAtOurs, annaAtOurs, annaAtOurs]);
  await named.engine.stop();
  const nobody = await sentOn({ routeB: otherwise }, from(systemOfA, systemOfA));
  assert.equal((await firstOf(nobody, 'ForwardStarted'))['sender'], given);
  assert.equal(parseNumber(sendersIn(nobody.sent.get('op-b-out')?.[0])[1]), given);
  await nobody.engine.stop();
});

/** What B is sent, whose dialect keeps the originator's domain. */
async function keptAt(
  settings: Parameters<typeof configuration>[0],
  pdu: IncomingPdu,
): Promise<{ readonly world: MemoryEngine; readonly mail: OutgoingMail | undefined }> {
  const text = configuration(settings).replace(
    /(- name: op-b\n)/,
    '$1    dialect: { keepOriginatorDomain: true }\n',
  );
  const world = await memoryEngine({ configuration: text });
  await world.receive(addressOfA, pdu);
  await world.time.pass(1_000);
  return { world, mail: world.sent.get('op-b-out')?.[0] };
}

test("where nobody is replaced that dialect keeps the originator's domain, and a mail without From gets one", async () => {
  const { world, mail } = await keptAt({}, fromAnna());
  assert.deepEqual(sendersIn(mail), [anna, anna, annaAtOurs]);
  await world.engine.stop();
  const without = await keptAt({}, from(null, anna));
  assert.deepEqual(sendersIn(without.mail), [anna, annaAtOurs, annaAtOurs]);
  await without.world.engine.stop();
});

for (const rules of [{ vaspA: only }, { routeB: only }]) {
  test(`a dialect that keeps the originator's domain does not give away who was replaced: ${Object.keys(rules)[0] ?? ''}`, async () => {
    const { world, mail } = await keptAt(rules, fromAnna());
    assert.deepEqual(sendersIn(mail), [givenAtOurs, givenAtOurs, givenAtOurs]);
    assert.doesNotMatch(headOf(mail), /900101/);
    await world.engine.stop();
  });
}
