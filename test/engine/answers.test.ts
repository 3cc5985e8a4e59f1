import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { memoryStore } from '../../adapters/store-memory/store.ts';
import type { SendOutcome } from '../../domain/ports.ts';
import { memoryEngine, type MemoryEngine } from '../support/memory-engine.ts';
import { virtualTime } from '../support/virtual-time.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

const second = 1_000;
const minute = 60 * second;
const longest = 30 * minute;

const sent: SendOutcome = { kind: 'sent', reply: { code: 250, text: 'taken' }, refused: [] };
const refused = (code: number, ours?: true): SendOutcome => ({
  kind: 'refused',
  at: 'mail',
  reply: { code, text: 'no', ...(ours === undefined ? {} : { ours }) },
  refused: [],
});
/** Nobody at the partner said any of these. */
const notRemote = fc.constantFrom<SendOutcome>(
  refused(421, true),
  refused(550, true),
  { kind: 'not-sent', at: 'data', why: 'the connection broke' },
  { kind: 'unknown', why: 'no reply' },
);
const remote = fc.constantFrom<SendOutcome>(sent, refused(421), refused(450));

const rule = fc.record({
  count: fc.integer({ min: 1, max: 3 }),
  within: fc.integer({ min: 1, max: 20 }),
  does: fc.constantFrom('pause', 'slow'),
  lasts: fc.integer({ min: 1, max: longest / minute }),
});
type Rule = typeof rule extends fc.Arbitrary<infer R> ? R : never;

/** What the partner answers from now on, whether the engine is started anew, and how long that goes on. */
const steps = fc.array(fc.tuple(remote, fc.boolean(), fc.integer({ min: 1, max: 15 })), { maxLength: 6 });

function withRule({ count, within, does, lasts }: Rule): string {
  const answers = `answers: [{ reply: "4*|5*", count: ${count}, within: ${within}m, do: ${does}, for: ${lasts}m }]`;
  return configuration({ top: answers, routeB: ', retry: "10s*", deadline: 72h' });
}

const toB = ({ sent: mails }: MemoryEngine): number => mails.get('op-b-out')?.length ?? 0;

async function receive(world: MemoryEngine, id: string): Promise<void> {
  assert.equal(await world.receive(addressOfA, forwardTo(numberAt.b, id)), 250);
}

test('only what the partner said counts: whatever else comes of a send, no rule acts', async () => {
  await fc.assert(
    fc.asyncProperty(rule, fc.array(notRemote, { minLength: 1, maxLength: 12 }), async (given, outcomes) => {
      let at = 0;
      const world = await memoryEngine({
        configuration: withRule(given),
        answer: () => outcomes[at++ % outcomes.length] ?? sent,
      });
      for (let message = 0; message < 5; message += 1) await receive(world, `m-${message}`);
      await world.time.pass(10 * minute);
      assert.ok(at >= 5, 'they were tried');
      const acts = (await eventsOf(world, 'partner-op-b')).filter(({ type }) => /Paused|Slowed/.test(type));
      assert.deepEqual(acts, []);
      await world.engine.stop();
    }),
    { numRuns: 15 },
  );
});

test('every automatic pause and slow-down ends by itself, whatever came before and however often the engine was started', async () => {
  let acted = 0;
  await fc.assert(
    fc.asyncProperty(rule, steps, async (given, history) => {
      const store = memoryStore();
      const time = virtualTime(Date.UTC(2026, 10, 24, 12));
      let answer: SendOutcome = sent;
      const start = (content?: MemoryEngine['content']): Promise<MemoryEngine> =>
        memoryEngine({
          configuration: withRule(given),
          store,
          time,
          answer: (route) => (route === 'op-b-out' ? answer : sent),
          ...(content === undefined ? {} : { content }),
        });
      let world = await start();
      for (const [index, [next, isRestarted, minutes]] of history.entries()) {
        answer = next;
        if (isRestarted) {
          await world.engine.stop();
          world = await start(world.content);
        }
        await receive(world, `m-${index}`);
        await time.pass(minutes * minute);
      }
      // From now on the partner is well, and nobody does anything.
      answer = sent;
      await time.pass(given.lasts * minute + minute);
      const events = await eventsOf(world, 'partner-op-b');
      const pauses = events.filter(({ type }) => type === 'Paused' || type === 'Resumed');
      assert.notEqual(pauses.at(-1)?.type, 'Paused', 'its pause has ended');
      acted += events.filter(({ type }) => /Paused|Slowed/.test(type)).length;
      const before = toB(world);
      for (let message = 0; message < 70; message += 1) await receive(world, `after-${message}`);
      await time.pass(minute);
      assert.ok(toB(world) - before >= 70, 'it goes at its own speed');
      await world.engine.stop();
    }),
    { numRuns: 15 },
  );
  assert.ok(acted > 10, `the rules have acted, ${acted} times`);
});
