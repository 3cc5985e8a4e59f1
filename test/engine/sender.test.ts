import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { OutgoingMail } from '../../domain/ports.ts';
import { memoryEngine, type IncomingPdu, type MemoryEngine } from '../support/memory-engine.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

const asked = ['X-Mms-Ack-Request: Yes', 'X-Mms-Delivery-Report: Yes'];
const number = '+447700900101/TYPE=PLMN';
const nobody = '+4915112345678/TYPE=PLMN@mmsc.hub.example';

/** One recipient at B, and one that no route serves, on whom a report is owed at once. */
function from(header: string, mailFrom: string, headers = asked): IncomingPdu {
  const { content, rcptTo } = forwardTo(numberAt.b, 'm-1', headers);
  const rewritten = String(content)
    .replace(/^From: .*$/m, `From: ${header}`)
    .replace(/^X-Mms-Originator-System: .*\r\n/m, '');
  return { mailFrom, rcptTo: [...rcptTo, nobody], content: rewritten };
}

async function sentOn(pdu: IncomingPdu): Promise<{ readonly code: number; readonly world: MemoryEngine }> {
  const world = await memoryEngine({ configuration: configuration() });
  const code = await world.receive(addressOfA, pdu);
  await world.time.pass(1_000);
  await world.engine.stop();
  return { code, world };
}

const headOf = (mail: OutgoingMail | undefined): string =>
  Buffer.from(mail?.head ?? new Uint8Array(0)).toString('latin1');

test("a sender without a domain is at its partner's, and its RES and reports find their way", async () => {
  const { world } = await sentOn(from(number, number));
  const back = world.sent.get('op-a-out') ?? [];
  assert.deepEqual(back.map(({ rcptTo }) => rcptTo[0]).toSorted(), [
    `${number}@mmsc.op-a.example`,
    'system-user@mmsc.op-a.example',
  ]);
});

for (const mailFrom of ['', 'system-user@mmsc.op-a.example']) {
  test(`where MAIL says <${mailFrom}>, reports go to whom From names`, async () => {
    const { world } = await sentOn(from(number, mailFrom, ['X-Mms-Delivery-Report: Yes']));
    const [report] = world.sent.get('op-a-out') ?? [];
    assert.deepEqual(report?.rcptTo, [`${number}@mmsc.op-a.example`]);
  });
}

test('a sender whose address cannot be said in SMTP is refused before the 250, or by the RES', async () => {
  const header = 'Zo\u00eb@mmsc.op-a.example';
  const without = await sentOn(from(header, number, []));
  assert.equal(without.code, 553);
  const { code, world } = await sentOn(from(header, number));
  assert.equal(code, 250);
  assert.deepEqual([...world.sent.keys()], ['op-a-out']);
  assert.match(
    headOf(world.sent.get('op-a-out')?.[0]),
    /^X-Mms-Request-Status-Code: Error-sending-address-unresolved\r$/m,
  );
  assert.deepEqual(
    (await eventsOf(world, '')).map(({ stream }) => stream).filter((stream) => stream.startsWith('mms-')),
    [],
  );
});

test('an alphanumeric sender leaves in quotes where it has to', async () => {
  const { world } = await sentOn(from('"SHOP NAME"/TYPE=Alphanum', number));
  const [forwarded] = world.sent.get('op-b-out') ?? [];
  assert.equal(forwarded?.mailFrom, '"SHOP NAME"@mmsc.hub.example');
  assert.match(headOf(forwarded), /^From: "SHOP NAME"@mmsc\.hub\.example\r$/m);
});
