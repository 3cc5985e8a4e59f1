import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { memoryEngine } from '../support/memory-engine.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

test('a message that makes its worker throw is parked after three times, and stops nobody', async () => {
  let isBroken = true;
  const world = await memoryEngine({
    configuration: configuration(),
    answer: (_route, { head }) => {
      if (isBroken && Buffer.from(head).includes('poison@')) throw new Error('a mistake of the programmer');
      return { kind: 'sent', reply: { code: 250, text: 'taken' }, refused: [] };
    },
  });
  const { engine, receive, sent, time } = world;
  const delivered = (): number => sent.get('op-b-out')?.length ?? 0;
  await receive(addressOfA, forwardTo(numberAt.b, 'poison'));
  for (let index = 0; index < 20; index += 1) await receive(addressOfA, forwardTo(numberAt.b, `m-${index}`));
  await time.pass(3 * 3_600_000);
  const parked = (await eventsOf(world, 'mms-')).filter(({ type }) => type === 'Parked');
  assert.equal(parked.length, 1);
  assert.match(parked[0]?.data ?? '', /a mistake of the programmer/);
  assert.equal(sent.get('op-b-out')?.filter(({ head }) => !Buffer.from(head).includes('poison@')).length, 20);

  const [reason] = await engine.operator
    .why('poison@mmsc.op-a.example')
    .then((reasons) => (E.isRight(reasons) ? reasons.right : []));
  assert.match(reason?.binds ?? '', /it made its worker fail: a mistake/);
  isBroken = false;
  const before = delivered();
  const hand = { by: 'ann', why: 'mended' };
  await engine.operator.perform({ do: 'release', what: { id: 'poison@mmsc.op-a.example' } }, hand);
  await time.pass(3_600_000);
  assert.equal(delivered(), before + 1, 'released it goes on');
  await engine.stop();
});
