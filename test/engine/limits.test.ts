import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { memoryStore } from '../../adapters/store-memory/store.ts';
import type { OutgoingMail, SendOutcome, SmtpReply } from '../../domain/ports.ts';
import { memoryEngine } from '../support/memory-engine.ts';
import { virtualTime } from '../support/virtual-time.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

const minute = 60_000;
const refusedWith = (reply: SmtpReply): SendOutcome => ({ kind: 'refused', at: 'mail', reply, refused: [] });
const text = (mail: OutgoingMail): string => Buffer.from(mail.head).toString('latin1');

describe('the rate of a route', () => {
  const limited = configuration({ routeB: ', rate: 10/s, maxConnections: 3' });

  test('is kept to 1 % over a minute, also across a restart, and other routes do not notice', async () => {
    const store = memoryStore();
    const time = virtualTime(Date.UTC(2026, 10, 24, 12));
    const first = await memoryEngine({ configuration: limited, store, time });
    for (let index = 0; index < 1_500; index += 1) {
      await first.receive(addressOfA, forwardTo(numberAt.b, `b-${index}`));
    }
    const begun = time.clock.now();
    await time.pass(minute / 2);
    await first.engine.stop();
    const second = await memoryEngine({ configuration: limited, store, content: first.content, time });
    await second.receive(addressOfA, forwardTo(numberAt.c, 'c-1'));
    await time.pass(minute / 2);
    const sent = (first.sent.get('op-b-out')?.length ?? 0) + (second.sent.get('op-b-out')?.length ?? 0);
    assert.equal(time.clock.now() - begun, minute);
    assert.ok(sent <= 606 && sent >= 594, `${sent} in a minute at 10/s`);
    assert.equal(second.sent.get('op-c-out')?.length, 1);
    await second.engine.stop();
  });

  test('urgent ones go first, and bulk is not starved', async () => {
    const { engine, receive, sent, time } = await memoryEngine({
      configuration: configuration({ routeB: ', rate: 10/s' }),
    });
    const classes = { Low: 60, Normal: 60, High: 60 } as const;
    for (const [priority, count] of Object.entries(classes)) {
      for (let index = 0; index < count; index += 1) {
        await receive(
          addressOfA,
          forwardTo(numberAt.b, `${priority}-${index}`, [`X-Mms-Priority: ${priority}`]),
        );
      }
    }
    await time.pass(4_000);
    const first = (sent.get('op-b-out') ?? []).slice(0, 40).map((mail) => /(\w+)-\d+@/.exec(text(mail))?.[1]);
    const count = (priority: string): number => first.filter((found) => found === priority).length;
    assert.ok(count('High') > count('Normal') + count('Low'), first.join(' '));
    assert.ok(count('Normal') >= 4 && count('Low') >= 4, 'one of eight for each class that waits');
    await time.pass(30_000);
    assert.equal(sent.get('op-b-out')?.length, 180);
    await engine.stop();
  });
});

describe('what waits for its turn', () => {
  test('stays when the partner is paused, and does not hinder a stop', async () => {
    const { engine, receive, sent, time } = await memoryEngine({
      configuration: configuration({ routeB: ', rate: 10/m, maxConnections: 4' }),
    });
    for (let index = 0; index < 20; index += 1)
      await receive(addressOfA, forwardTo(numberAt.b, `m-${index}`));
    await time.pass(minute);
    const before = sent.get('op-b-out')?.length ?? 0;
    await engine.operator.pause('op-b', null, { by: 'ann', why: 'dispute' });
    await time.pass(10 * minute);
    assert.equal(sent.get('op-b-out')?.length, before);
    await engine.stop();
  });
});

describe('the rate of a partner', () => {
  const limited = configuration().replace(
    '- name: op-a\n',
    '- name: op-a\n    limits: { rate: 10/s, connections: 1000 }\n',
  );

  test('forwards wait for their turn; who would wait too long is told to come again, and nothing of it is kept', async () => {
    const world = await memoryEngine({ configuration: limited });
    const replies = Array.from({ length: 300 }, (_, index) =>
      world.receive(addressOfA, forwardTo(numberAt.c, `m-${index}`)),
    );
    await world.time.pass(15_000);
    const codes = await Promise.all(replies);
    const taken = codes.filter((code) => code === 250).length;
    assert.ok(taken >= 95 && taken <= 105, `${taken} within the patience of ten seconds`);
    assert.equal(codes.filter((code) => code === 451).length, 300 - taken);
    const received = (await eventsOf(world, 'mms-')).filter(({ type }) => type === 'Received');
    assert.equal(received.length, taken);
    await world.engine.stop();
  });
});

describe('flood rules', () => {
  const withRule = (rule: string): string => configuration({ top: `flood: [${rule}]` });

  test('hold what comes too often from one sender', async () => {
    const world = await memoryEngine({
      configuration: withRule('{ of: sender, count: 3, within: 1m, do: hold }'),
    });
    for (let index = 0; index < 5; index += 1) {
      assert.equal(await world.receive(addressOfA, forwardTo(numberAt.c, `m-${index}`)), 250);
    }
    await world.time.pass(10_000);
    assert.equal(world.sent.get('op-c-out')?.length, 3);
    const held = (await eventsOf(world, 'mms-')).filter(({ type }) => type === 'Held');
    assert.match(held[0]?.data ?? '', /more than 3 messages of sender/);
    assert.equal(held.length, 2);
    await world.time.pass(minute);
    await world.receive(addressOfA, forwardTo(numberAt.c, 'm-9'));
    await world.time.pass(2_000);
    assert.equal(world.sent.get('op-c-out')?.length, 4, 'the window moves on');
    await world.engine.stop();
  });

  test('refuse the same content to many; a repeat of one message counts once', async () => {
    const world = await memoryEngine({
      configuration: withRule('{ of: partner, count: 2, within: 1m, same: content, do: refuse }'),
    });
    const same = (id: string) => {
      const mail = forwardTo(numberAt.c, id);
      return { ...mail, content: String(mail.content).replace(/Hello .*/, 'Buy now') };
    };
    const codes = [];
    for (const id of ['m-1', 'm-1', 'm-1', 'm-2', 'm-3', 'm-1'])
      codes.push(await world.receive(addressOfA, same(id)));
    assert.deepEqual(codes, [250, 250, 250, 250, 550, 250]);
    assert.equal(await world.receive(addressOfA, forwardTo(numberAt.c, 'm-4')), 250);
    await world.engine.stop();
  });
});

describe('rules for a partner’s answers', () => {
  const world = (rule: string, answer: () => SendOutcome) =>
    memoryEngine({
      configuration: configuration({ top: `answers: [${rule}]`, routeB: ', retry: "10s*"' }),
      answer: (route) =>
        route === 'op-b-out' ? answer() : { kind: 'sent', reply: { code: 250, text: 'ok' }, refused: [] },
    });
  const types = async (given: Awaited<ReturnType<typeof world>>): Promise<readonly string[]> =>
    (await eventsOf(given, 'partner-op-b')).map(({ type }) => type);

  test('enough of such replies pause the partner, and the pause ends by itself', async () => {
    let attempts = 0;
    const given = await world('{ reply: "421|4.7.*", count: 3, within: 10m, do: pause, for: 15m }', () => {
      attempts += 1;
      return refusedWith({ code: 451, enhanced: '4.7.1', text: 'too fast' });
    });
    for (let index = 0; index < 3; index += 1)
      await given.receive(addressOfA, forwardTo(numberAt.b, `m-${index}`));
    await given.time.pass(minute);
    assert.deepEqual(await types(given), ['Paused']);
    const then = attempts;
    await given.time.pass(13 * minute);
    assert.equal(attempts, then, 'nothing is tried meanwhile');
    await given.time.pass(2 * minute);
    assert.deepEqual((await types(given)).slice(0, 2), ['Paused', 'Resumed']);
    assert.ok(attempts > then);
    await given.engine.stop();
  });

  test('our own refusals and other replies never do', async () => {
    for (const reply of [
      { code: 451, enhanced: '4.7.1', text: 'our own rule', ours: true } as const,
      { code: 452, enhanced: '4.2.2', text: 'mailbox full' },
    ]) {
      const given = await world('{ reply: "421|4.7.*", count: 3, within: 10m, do: pause, for: 15m }', () =>
        refusedWith(reply),
      );
      for (let index = 0; index < 6; index += 1)
        await given.receive(addressOfA, forwardTo(numberAt.b, `m-${index}`));
      await given.time.pass(5 * minute);
      assert.deepEqual(await types(given), []);
      await given.engine.stop();
    }
  });

  test('a slowed route takes one a second where it has no rate, until its time is over', async () => {
    let isSlow = true;
    const given = await world('{ reply: "4.7.*", count: 2, within: 10m, do: slow, for: 2m }', () =>
      isSlow
        ? refusedWith({ code: 451, enhanced: '4.7.1', text: 'too fast' })
        : { kind: 'sent', reply: { code: 250, text: 'ok' }, refused: [] },
    );
    for (let index = 0; index < 300; index += 1)
      await given.receive(addressOfA, forwardTo(numberAt.b, `m-${index}`));
    await given.time.pass(1_000);
    isSlow = false;
    assert.ok((await types(given)).includes('Slowed'));
    const before = given.sent.get('op-b-out')?.length ?? 0;
    await given.time.pass(minute);
    const within = (given.sent.get('op-b-out')?.length ?? 0) - before;
    assert.ok(within >= 55 && within <= 62, `${within} in a minute`);
    await given.time.pass(2 * minute);
    assert.ok((given.sent.get('op-b-out')?.length ?? 0) - before >= 300);
    await given.engine.stop();
  });

  test('an alarm is an event', async () => {
    const given = await world('{ reply: "4.7.*", count: 3, within: 10m, do: alarm }', () =>
      refusedWith({ code: 450, enhanced: '4.7.1', text: 'too fast' }),
    );
    for (let index = 0; index < 3; index += 1)
      await given.receive(addressOfA, forwardTo(numberAt.b, `m-${index}`));
    await given.time.pass(2_000);
    assert.deepEqual(await types(given), ['Alarm']);
    await given.engine.stop();
  });
});
