import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { SendOutcome } from '../../domain/ports.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from '../engine/world.ts';
import { memoryEngine } from '../support/memory-engine.ts';

const minute = 60_000;

describe('a rate', () => {
  test('of a partner: its forwards wait for their turn up to 10 s, then they are told 451; nothing is stored', async () => {
    const limited = configuration().replace('transit: [op-b-out, op-c-out]', '$&\n    limits: { rate: 2/s }');
    const world = await memoryEngine({ configuration: limited });
    await world.time.pass(minute);
    const codes: number[] = [];
    for (let count = 0; count < 30; count += 1) {
      void world.receive(addressOfA, forwardTo(numberAt.own, `m-${count}`)).then((code) => codes.push(code));
      // Twenty connections are allowed at once: the first ones have their reply by the time the last ones come.
      if (count === 15) await world.time.pass(2_000);
    }
    await world.time.pass(minute);
    const taken = codes.filter((code) => code === 250).length;
    assert.equal(codes.length, 30);
    assert.equal((await eventsOf(world, 'mms-')).filter(({ type }) => type === 'Received').length, taken);
    assert.ok(taken >= 21 && taken <= 26, `${taken} in 12 s at 2/s`);
    await world.engine.stop();
  });

  test('of a route: so many leave in a minute, whatever waits, and none is lost', async () => {
    const world = await memoryEngine({
      configuration: configuration({ routeB: ', rate: 5/s, maxConnections: 3' }),
    });
    const many = 500;
    for (let count = 0; count < many; count += 1) {
      await world.receive(addressOfA, forwardTo(numberAt.b, `m-${count}`));
    }
    const before = world.sent.get('op-b-out')?.length ?? 0;
    await world.time.pass(minute);
    const after = world.sent.get('op-b-out')?.length ?? 0;
    assert.ok(Math.abs(after - before - 300) <= 3, `${after - before} in a minute at 5/s`);
    await world.time.pass(minute);
    assert.equal(world.sent.get('op-b-out')?.length, many);
    await world.engine.stop();
  });
});

describe('a flood rule', () => {
  const flooding = (action: string): string =>
    configuration({ top: `flood: [{ of: sender, count: 2, within: 1m, do: ${action} }]` });

  test('holds what is too much from the beginning', async () => {
    const world = await memoryEngine({ configuration: flooding('hold') });
    for (let count = 0; count < 4; count += 1) {
      assert.equal(await world.receive(addressOfA, forwardTo(numberAt.b, `m-${count}`)), 250);
    }
    await world.time.pass(minute);
    assert.equal(world.sent.get('op-b-out')?.length, 2);
    assert.equal((await eventsOf(world, 'mms-')).filter(({ type }) => type === 'Held').length, 2);
    await world.engine.stop();
  });

  test('refuses what is too much, and does not count repeats', async () => {
    const world = await memoryEngine({ configuration: flooding('refuse') });
    const codes: number[] = [];
    for (const id of ['m-1', 'm-1', 'm-1', 'm-2', 'm-3']) {
      codes.push(await world.receive(addressOfA, forwardTo(numberAt.b, id)));
    }
    assert.deepEqual(codes, [250, 250, 250, 250, 550]);
    await world.time.pass(2 * minute);
    assert.equal(await world.receive(addressOfA, forwardTo(numberAt.b, 'm-3')), 250);
    await world.engine.stop();
  });
});

describe('a rule about answers', () => {
  const tooFast: SendOutcome = {
    kind: 'refused',
    at: 'mail',
    reply: { code: 450, enhanced: '4.7.1', text: 'too fast' },
    refused: [],
  };
  const rules = (action: string): string =>
    configuration({ top: `answers: [{ reply: "4.7.*", count: 3, within: 10m, do: ${action}, for: 15m }]` });

  test('pauses a partner that answers so too often, and the pause ends by itself', async () => {
    let busy = true;
    const world = await memoryEngine({
      configuration: rules('pause'),
      answer: () => (busy ? tooFast : { kind: 'sent', reply: { code: 250, text: '' }, refused: [] }),
    });
    for (let count = 0; count < 10; count += 1) {
      await world.receive(addressOfA, forwardTo(numberAt.b, `m-${count}`));
    }
    await world.time.pass(14 * minute);
    assert.equal(world.sent.get('op-b-out')?.length, 3, 'three were enough');
    const pauses = async (): Promise<readonly string[]> =>
      (await eventsOf(world, 'partner-op-b')).map(({ type }) => type);
    assert.deepEqual(await pauses(), ['Paused']);
    busy = false;
    await world.time.pass(2 * minute);
    assert.deepEqual(await pauses(), ['Paused', 'Resumed']);
    assert.equal(world.sent.get('op-b-out')?.length, 13);
    await world.engine.stop();
  });

  test('raises an alarm as an event', async () => {
    const world = await memoryEngine({ configuration: rules('alarm'), answer: () => tooFast });
    for (let count = 0; count < 3; count += 1) {
      await world.receive(addressOfA, forwardTo(numberAt.b, `m-${count}`));
    }
    await world.time.pass(1_000);
    assert.deepEqual(
      (await eventsOf(world, 'partner-op-b')).map(({ type }) => type),
      ['Alarm'],
    );
    await world.engine.stop();
  });
});
