import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import type { Hand, Performed } from '../../engine/operator/operator.ts';
import { memoryEngine, type MemoryEngine, type MemoryWishes } from '../support/memory-engine.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

const ann: Hand = { by: 'ann', why: 'op-b asked for it' };
const down = { at: 'connect', why: 'ECONNREFUSED' } as const;
const many = 300;

interface World extends MemoryEngine {
  downRoutes: ReadonlySet<string>;
}

/** So many messages wait for op-b, whose route is down. */
async function waitingWorld(wishes: Partial<MemoryWishes> = {}, count = many): Promise<World> {
  const downRoutes = new Set(['op-b-out']);
  const world = await memoryEngine({
    configuration: configuration(),
    down: (route) => (downRoutes.has(route) ? down : null),
    ...wishes,
  });
  for (let index = 0; index < count; index += 1) {
    assert.equal(await world.receive(addressOfA, forwardTo(numberAt.b, `m-${index}`)), 250);
  }
  await world.time.pass(3_000);
  return { ...world, downRoutes };
}

function right<A>(either: E.Either<string, A>): A {
  if (E.isLeft(either)) assert.fail(either.left);
  return either.right;
}

const changed = (performed: E.Either<string, Performed>): number => right(performed).changed;
const sentTo = ({ sent }: MemoryEngine, route: string): number => sent.get(route)?.length ?? 0;

test('a preview counts and changes nothing; a hold by partner holds all of them; a release lets them go', async () => {
  const world = await waitingWorld();
  const { operator } = world.engine;
  const hold = { do: 'hold', what: { partner: 'op-b' } } as const;
  const before = (await eventsOf(world, 'mms-')).length;
  const preview = right(await operator.preview(hold));
  assert.deepEqual([preview.selected, preview.changed, preview.sample.length], [many, many, 5]);
  assert.equal((await eventsOf(world, 'mms-')).length, before);

  assert.equal(changed(await operator.perform(hold, ann)), many);
  assert.deepEqual(right(await operator.perform(hold, ann)).unchanged, [
    { why: 'it is held already, by ann', count: many },
  ]);
  (world.downRoutes as Set<string>).clear();
  await world.time.pass(120_000);
  assert.equal(sentTo(world, 'op-b-out'), 0, 'held ones stay');
  assert.equal(changed(await operator.perform({ do: 'release', what: { route: 'op-b-out' } }, ann)), many);
  await world.time.pass(60_000);
  assert.equal(sentTo(world, 'op-b-out'), many);
  await world.engine.stop();
});

test('what waits for one route goes by another, once', async () => {
  const world = await waitingWorld({}, 20);
  const { operator } = world.engine;
  const reroute = { do: 'reroute', to: 'op-c-out', evenIfSent: false, what: { partner: 'op-b' } } as const;
  assert.equal(changed(await operator.perform(reroute, ann)), 20);
  await world.time.pass(60_000);
  assert.equal(sentTo(world, 'op-c-out'), 20);
  (world.downRoutes as Set<string>).clear();
  await world.time.pass(600_000);
  assert.equal(sentTo(world, 'op-b-out'), 0);
  const nowhere = await operator.perform({ ...reroute, to: 'nowhere' }, ann);
  assert.ok(E.isLeft(nowhere) && nowhere.left.startsWith('there is no route nowhere'));
  await world.engine.stop();
});

test('by sender, and by id', async () => {
  const world = await waitingWorld({}, 3);
  const { operator } = world.engine;
  const bySender = { do: 'expire', what: { senderPrefix: '+4477009001' } } as const;
  assert.equal(right(await operator.preview(bySender)).changed, 3);
  assert.equal(right(await operator.preview({ ...bySender, what: { senderPrefix: '+4915' } })).selected, 0);
  const byId = { do: 'drop', what: { id: 'm-1@mmsc.op-a.example' } } as const;
  assert.equal(changed(await operator.perform(byId, ann)), 1);
  assert.equal(changed(await operator.perform(bySender, ann)), 2);
  const nothing = await operator.preview({ do: 'hold', what: {} });
  assert.ok(E.isLeft(nothing));
  await world.engine.stop();
});

test('why: the line, the pause, the retry schedule, the hold', async () => {
  const world = await waitingWorld(
    { answer: () => ({ kind: 'refused', at: 'mail', reply: { code: 451, text: 'later' }, refused: [] }) },
    1,
  );
  const { operator } = world.engine;
  const id = 'm-0@mmsc.op-a.example';
  const binds = async (subject = id) => {
    const [reason] = right(await operator.why(subject));
    return [reason?.binds, reason?.configPath, reason?.last];
  };
  const path = (key: string): string => `partners[1].routes[0].${key}`;
  assert.deepEqual(await binds(), ['the route is down: connect: ECONNREFUSED', path('server'), null]);
  assert.deepEqual((await binds('op-b')).slice(0, 2), [
    'the route is down: connect: ECONNREFUSED',
    path('server'),
  ]);
  right(await operator.pause('op-b', null, ann));
  const [both] = right(await operator.why(id));
  assert.equal(
    both?.binds,
    'the route is down: connect: ECONNREFUSED; and op-b is paused by ann: op-b asked for it',
  );
  assert.equal(both.next, null, 'the line may come back, the pause ends by no clock');
  (world.downRoutes as Set<string>).clear();
  await world.time.pass(120_000);
  assert.deepEqual(await binds(), ['op-b is paused by ann: op-b asked for it', null, null]);
  right(await operator.resume('op-b', ann));
  await world.time.pass(1_000);
  assert.deepEqual(await binds(), ['the retry schedule', path('retry'), '451 later']);
  right(await operator.perform({ do: 'hold', what: { id } }, ann));
  assert.equal((await binds())[0], 'it is held by ann: op-b asked for it');
  assert.equal(right(await operator.why(id))[0]?.next, null, 'an operator has to act');
  assert.ok(E.isLeft(await operator.why('nobody')));
  await world.engine.stop();
});

test('why: the rate, and the rule that pauses, slows down or holds, with its place in the configuration', async () => {
  const rules = {
    top: 'flood: [{ of: sender, count: 5, within: 1m, do: log }, { of: sender, count: 8, within: 1m, do: hold }]\nanswers: [{ reply: "45*", count: 2, within: 1m, do: slow }, { reply: "421", count: 2, within: 1m, do: pause, for: 10m }]',
    routeB: ', rate: 10/m, retry: "1s*"',
  };
  let reply = { code: 250, text: 'taken' };
  const world = await waitingWorld(
    {
      configuration: configuration(rules),
      answer: () =>
        reply.code === 250
          ? { kind: 'sent', reply, refused: [] }
          : { kind: 'refused', at: 'mail', reply, refused: [] },
    },
    9,
  );
  const { operator } = world.engine;
  const binds = async (subject: string) => {
    const [reason] = right(await operator.why(subject));
    return [reason?.binds, reason?.configPath];
  };
  assert.deepEqual(await binds('m-8@mmsc.op-a.example'), [
    'it is held by flood rule: more than 8 messages of sender +447700900101 within 60 s',
    'flood[1]',
  ]);
  (world.downRoutes as Set<string>).clear();
  await world.time.pass(15_000);
  assert.deepEqual(await binds('m-7@mmsc.op-a.example'), ['its turn at 10/m', 'partners[1].routes[0].rate']);
  reply = { code: 450, text: 'slower' };
  await world.time.pass(15_000);
  assert.deepEqual(await binds('m-7@mmsc.op-a.example'), [
    'its turn at 150/h, slowed down by an answer rule: 2 answers 45* within 60 s on op-b-out',
    'answers[0]',
  ]);
  reply = { code: 421, text: 'go away' };
  await world.time.pass(60_000);
  assert.deepEqual(await binds('m-7@mmsc.op-a.example'), [
    'op-b is paused by answer rule: 2 answers 421 within 60 s on op-b-out',
    'answers[1]',
  ]);
  await world.engine.stop();
});
