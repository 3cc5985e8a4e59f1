import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { streamOf, uidOf } from '../../domain/mms/ids.ts';
import { firstLook, lookEvery } from '../../engine/retention.ts';
import { verify } from '../backup/support.ts';
import { noon } from '../content/support.ts';
import { streamOf as eventsOf } from '../contracts/event-store.ts';
import { forward, header, numberOf, ours, system } from '../e2e/pdus.ts';
import { until } from '../support/until.ts';
import { addressOf, agingEngine, type AgingEngine } from './support.ts';

const day = 24 * 3_600_000;
const idOf = (name: string): string => `${name}@mmsc.op-a.example`;
const homeOf = (name: string): string => streamOf(uidOf(idOf(name)));

async function send(site: AgingEngine, name: string, to: 'b' | 'c'): Promise<void> {
  const pdu = forward({ from: 'a', to: [numberOf[to]], messageId: idOf(name) });
  assert.equal(await site.receive(addressOf.a, pdu), 250);
}

/** The last mail that left, answered by B under a name of its own for the message. */
async function acknowledge(site: AgingEngine, as: string): Promise<void> {
  const head = Buffer.from(site.sent.at(-1)?.head ?? []);
  const res = system('b', ours, [
    ['X-Mms-Message-Type', 'MM4_forward.RES'],
    ['X-Mms-Transaction-ID', header(head, 'X-Mms-Transaction-ID') ?? ''],
    ['X-Mms-Message-ID', `"${as}"`],
    ['X-Mms-Request-Status-Code', 'Ok'],
  ]);
  assert.equal(await site.receive(addressOf.b, res), 250);
}

/** Sends a message to B and closes it. */
async function exchange(site: AgingEngine, name: string): Promise<void> {
  const before = site.sent.length;
  await send(site, name, 'b');
  await site.sentMails(before + 1);
  await until('the outcome', async () =>
    (await eventsOf(site.store, homeOf(name))).some(({ type }) => type === 'ForwardSent'),
  );
  await acknowledge(site, `theirs-${name}`);
  assert.equal((await eventsOf(site.store, homeOf(name))).at(-1)?.type, 'Closed');
}

/** Lets the next look happen at that instant, and waits for its end. */
async function look(site: AgingEngine, at: number, timer: number): Promise<void> {
  site.clock.set(at);
  await site.timers.armed(timer);
  site.timers.fire(timer);
  await site.timers.armed(lookEvery);
}

async function namesOf(site: AgingEngine): Promise<readonly string[]> {
  const page = await site.store.readFeed(null, { prefixes: [''], max: 10_000 })();
  assert.ok(page._tag === 'Right');
  return [...new Set(page.right.events.map(({ stream }) => stream))];
}

test('old content goes by segments, with its keys, unless an open message needs it', async (context) => {
  const site = await agingEngine(context, noon);
  const filesIn = (folder: string): readonly string[] => readdirSync(join(site.directory, folder)).sort();
  await exchange(site, 'first');
  site.clock.set(noon + 2 * day);
  await send(site, 'waits', 'c');
  site.clock.set(noon + 4 * day);
  await exchange(site, 'third');

  await look(site, noon + 15 * day, firstLook);
  assert.equal(filesIn('bodies').length, 3, 'the first day was over later');
  await look(site, noon + 20 * day, lookEvery);
  assert.deepEqual(filesIn('bodies'), ['2026-11-25-0.seg', '2026-11-27-0.seg']);
  assert.deepEqual(filesIn('heads').length, 3);
  assert.deepEqual(
    filesIn('keys').filter((name) => name.startsWith('bodies')),
    ['bodies-2026-11-25-0.keys', 'bodies-2026-11-27-0.keys'],
  );
  assert.ok(site.log.includes('warn old content is kept: an open message needs it'), site.log.join('\n'));

  // The next look finds nothing new, and what is gone is known to be meant to.
  await look(site, noon + 20 * day + lookEvery, lookEvery);
  const recorded = await eventsOf(site.store, 'retention-content');
  assert.deepEqual(
    recorded.map(({ type, data }) => [type, data]),
    [['SegmentDropped', '{"segment":{"kind":"body","name":"2026-11-23-0"}}']],
  );
  const { status, damage, summary } = await verify(site.directory);
  assert.deepEqual([status, damage], [0, []]);
  assert.match(summary, /, 1 erased or dropped, 0 damaged/);
});

test('streams that are over are removed when they are old; others stay as they are', async (context) => {
  const site = await agingEngine(context, noon);
  await exchange(site, 'old');
  await send(site, 'waits', 'c');
  const orphan = system('b', ours, [
    ['X-Mms-Message-Type', 'MM4_forward.RES'],
    ['X-Mms-Transaction-ID', '"never-given-out"'],
    ['X-Mms-Message-ID', '"unheard-of"'],
    ['X-Mms-Request-Status-Code', 'Ok'],
  ]);
  assert.equal(await site.receive(addressOf.b, orphan), 250);
  site.clock.set(noon + 200 * day);
  await exchange(site, 'young');

  const has = async (prefix: string): Promise<number> =>
    (await namesOf(site)).filter((name) => name.startsWith(prefix)).length;
  const all = await namesOf(site);
  assert.deepEqual([await has('mms-'), await has('orphan-'), await has('alias-')], [3, 1, 2]);

  await look(site, noon + 90 * day, firstLook);
  assert.deepEqual(await namesOf(site), all, 'at exactly the age');
  await look(site, noon + 90 * day + 1, lookEvery);
  assert.deepEqual([await has('mms-'), await has('orphan-'), await has('alias-')], [3, 0, 2]);

  await look(site, noon + 401 * day, lookEvery);
  const left = await namesOf(site);
  assert.deepEqual([await has('mms-'), await has('alias-')], [2, 1]);
  assert.ok(left.includes(homeOf('waits')) && left.includes(homeOf('young')));
  assert.deepEqual(
    all.filter((name) => !/^(mms|alias|orphan|refused)-/.test(name)).filter((name) => !left.includes(name)),
    [],
    'partners, configurations and the node keep theirs',
  );
  await site.projections.whenCaughtUp();
  assert.deepEqual(await site.projections.find(idOf('old'), 10), []);
  assert.deepEqual(await site.projections.find('theirs-old', 10), []);
  assert.deepEqual(await site.projections.find('theirs-young', 10), [homeOf('young')]);
  assert.deepEqual((await verify(site.directory)).damage, []);
});

test('a stop ends it: nothing is looked at any more', async (context) => {
  const site = await agingEngine(context, noon);
  await site.timers.armed(firstLook);
  await site.engine.stop();
  assert.ok(!site.timers.running.includes(firstLook) && !site.timers.running.includes(lookEvery));
});
