import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { SendOutcome } from '../../domain/ports.ts';
import { memoryEngine } from '../support/memory-engine.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

const minute = 60_000;
const hour = 60 * minute;
const taken: SendOutcome = { kind: 'sent', reply: { code: 250, text: 'taken' }, refused: [] };
const refused = (code: number, enhanced: string): SendOutcome => ({
  kind: 'refused',
  at: 'mail',
  reply: { code, enhanced, text: 'not now' },
  refused: [],
});

test('a partner that wants another login stops its route, and no message is lost by it', async () => {
  let isOpen = false;
  const world = await memoryEngine({
    configuration: configuration(),
    answer: (route) => (route === 'op-b-out' && !isOpen ? refused(530, '5.7.0') : taken),
  });
  const { engine, receive, sent, time } = world;
  const messages = 100;
  for (let count = 0; count < messages; count += 1)
    await receive(addressOfA, forwardTo(numberAt.b, `m-${count}`));
  await time.pass(hour);
  const tried = sent.get('op-b-out')?.length ?? 0;
  assert.ok(tried > 1 && tried <= 70, `about one mail a minute tries the login, not ${tried}`);
  const down = (await eventsOf(world, 'partner-op-b')).find(({ type }) => type === 'RouteDown');
  const { at, why, credentials } = JSON.parse(down?.data ?? '{}') as Record<string, unknown>;
  assert.equal(at, 'mail');
  assert.match(String(why), /530 5\.7\.0 not now; check login and password of route op-b-out/);
  assert.equal(credentials, true);

  isOpen = true;
  await time.pass(2 * hour);
  const events = await eventsOf(world, 'mms-');
  assert.equal(events.filter(({ type }) => type === 'ForwardSent').length, messages);
  assert.equal(sent.get('op-b-out')?.length, tried + messages);
  await engine.stop();
});

test('a RES or report that is put off is tried again by the schedule of its route', async () => {
  const world = await memoryEngine({
    configuration: configuration(),
    answer: (route) => (route === 'op-a-out' ? refused(451, '4.3.0') : taken),
  });
  const { engine, receive, time } = world;
  const count = async (type: string): Promise<number> =>
    (await eventsOf(world, 'mms-')).filter((event) => event.type === type).length;
  const pdu = forwardTo(numberAt.b, 'm-1', ['X-Mms-Ack-Request: Yes', 'X-Mms-Delivery-Report: Yes']);
  // One that no route serves: the RES says Ok for the other's sake, so a report has to say it.
  await receive(addressOfA, { ...pdu, rcptTo: [...pdu.rcptTo, '+4915112345678@mmsc.hub.example'] });
  await time.pass(2 * hour);
  // After 1, 2, 5, 15, 30 and then every 60 minutes.
  assert.equal(await count('AckDeferred'), 7);
  assert.equal(await count('ReportDeferred'), 7);
  await time.pass(2 * hour);
  assert.equal(await count('AckAbandoned'), 1, 'after four hours nobody waits for it any more');
  assert.equal(await count('ReportAbandoned'), 0);
  await engine.stop();
});
