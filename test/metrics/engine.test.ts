import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openMetrics, type Metrics } from '../../adapters/metrics/metrics.ts';
import { addressOfA, configuration, forwardTo, numberAt } from '../engine/world.ts';
import {
  memoryEngine,
  type IncomingPdu,
  type MemoryEngine,
  type MemoryWishes,
} from '../support/memory-engine.ts';
import { samplesOf } from './support.ts';

const addressOfB = '192.0.2.2';
const minute = 60_000;
const withRes = configuration({ routeB: ', ackTimeout: 5m' }).replaceAll(
  'requestAck: false',
  'requestAck: true',
);

async function measured(wishes: MemoryWishes): Promise<MemoryEngine & { readonly metrics: Metrics }> {
  const metrics = openMetrics();
  const world = await memoryEngine({ ...wishes, meters: metrics.meters });
  metrics.follow({
    clock: world.time.clock,
    engine: world.engine,
    openWork: world.openWork,
    disk: { free: () => Promise.resolve(4_096) },
    connectionsIn: () => 3,
    syncs: () => ({ segments: 7, keys: 5 }),
  });
  return { ...world, metrics };
}

/** Partner B's RES to the mail that it got last. */
function resTo({ sent }: MemoryEngine, status = 'Ok'): IncomingPdu {
  const head = Buffer.from(sent.get('op-b-out')?.at(-1)?.head ?? []).toString('latin1');
  const field = (name: string): string => new RegExp(`^${name}: .*$`, 'm').exec(head)?.[0] ?? '';
  const lines = [
    'From: system-user@mmsc.op-b.example',
    'To: system-user@mmsc.hub.example',
    'Date: Tue, 24 Nov 2026 12:00:10 +0000',
    'X-Mms-3GPP-MMS-Version: 6.10.0',
    'X-Mms-Message-Type: MM4_forward.RES',
    field('X-Mms-Transaction-ID').trim(),
    field('X-Mms-Message-ID').trim(),
    `X-Mms-Request-Status-Code: ${status}`,
  ];
  return {
    mailFrom: 'system-user@mmsc.op-b.example',
    rcptTo: ['system-user@mmsc.hub.example'],
    content: `${lines.join('\r\n')}\r\n\r\n`,
  };
}

test('a forward, its repetition, its RES ten seconds later', async () => {
  const world = await measured({ configuration: withRes });
  const pdu = forwardTo(numberAt.b, '1');
  assert.equal(await world.receive(addressOfA, pdu), 250);
  assert.equal(await world.receive(addressOfA, pdu), 250);
  await world.time.until(() => world.sent.has('op-b-out'), minute);
  await world.time.settle();
  const waiting = await samplesOf(world.metrics);
  assert.equal(waiting.get('mm4_waiting_messages{route="op-b-out",what="res"}'), 1);
  const before = world.time.clock.now();
  await world.time.pass(10_000);
  assert.equal(await world.receive(addressOfB, resTo(world)), 250);
  assert.equal(await world.receive(addressOfB, resTo(world)), 250, 'a second one');

  const samples = await samplesOf(world.metrics);
  const forward = 'partner="op-a",kind="MM4_forward.REQ"';
  assert.equal(samples.get(`mm4_pdus_accepted_total{${forward}}`), 2);
  assert.equal(samples.get(`mm4_pdus_repeated_total{${forward}}`), 1);
  assert.equal(samples.get('mm4_pdus_accepted_total{partner="op-b",kind="MM4_forward.RES"}'), 2);
  const sends = 'mm4_sends_total{route="op-b-out",what="forward",outcome=';
  assert.deepEqual(
    ['sent', 'refused', 'not-sent', 'unknown'].map((outcome) => samples.get(`${sends}"${outcome}"}`)),
    [1, 0, 0, 0],
  );
  assert.equal(samples.get('mm4_res_received_total{route="op-b-out",status="Ok"}'), 1);
  assert.equal(samples.get('mm4_res_latency_seconds_count{route="op-b-out"}'), 1);
  const passed = (world.time.clock.now() - before) / 1_000;
  const latency = samples.get('mm4_res_latency_seconds_sum{route="op-b-out"}') ?? 0;
  assert.ok(Math.abs(latency - passed) < 1, `${latency} s, and ${passed} s passed`);
});

test('a RES that does not come in time, and comes after all, has no latency', async () => {
  const world = await measured({ configuration: withRes });
  await world.receive(addressOfA, forwardTo(numberAt.b, '1'));
  await world.time.until(() => world.sent.has('op-b-out'), minute);
  await world.time.pass(6 * minute);
  assert.equal((await samplesOf(world.metrics)).get('mm4_res_timeouts_total{route="op-b-out"}'), 1);
  assert.equal(await world.receive(addressOfB, resTo(world)), 250);
  const samples = await samplesOf(world.metrics);
  assert.equal(samples.get('mm4_res_received_total{route="op-b-out",status="Ok"}'), 1);
  assert.equal(samples.get('mm4_res_latency_seconds_count{route="op-b-out"}'), undefined);
});

test('what is refused is counted by code and reason, and no reason names a domain or number', async () => {
  const world = await measured({ configuration: configuration() });
  const strange = forwardTo(numberAt.b, '1');
  await world.receive(addressOfA, { ...strange, content: 'Subject: lunch?\r\n\r\nnoon' });
  const broken = String(strange.content).replace(/X-Mms-Message-ID.*\r\n/, '');
  await world.receive(addressOfA, { ...strange, content: broken });
  for (let count = 0; count < 30; count += 1) {
    const elsewhere = String(strange.content).replaceAll(
      '+447700900101/TYPE=PLMN@mmsc.op-a.example',
      `+4477009001${count}/TYPE=PLMN@mmsc${count}.elsewhere.example`,
    );
    await world.receive(addressOfA, { ...strange, content: elsewhere });
  }
  const samples = await samplesOf(world.metrics);
  const refused = (code: number, reason: string): number | undefined =>
    samples.get(`mm4_pdus_refused_total{partner="op-a",code="${code}",reason="${reason}"}`);
  assert.equal(refused(554, 'not-mm4'), 1);
  assert.equal(refused(554, 'missing-mandatory'), 1);
  assert.equal(refused(550, 'not-permitted'), 30);
  const reasons = [...samples.keys()].filter((sample) => sample.startsWith('mm4_pdus_refused_total'));
  assert.equal(reasons.length, 3);
});

test('a RES that fits nothing is accepted and an orphan', async () => {
  const world = await measured({ configuration: configuration() });
  await world.receive(addressOfB, resTo(world));
  const samples = await samplesOf(world.metrics);
  const labels = 'partner="op-b",kind="MM4_forward.RES"';
  assert.equal(samples.get(`mm4_pdus_accepted_total{${labels}}`), 1);
  assert.equal(samples.get(`mm4_pdus_orphaned_total{${labels}}`), 1);
});

test('a route that is down: what waits, since when, and what binds', async () => {
  const down = { at: 'connect', why: 'ECONNREFUSED' } as const;
  const world = await measured({
    configuration: configuration(),
    down: (route) => (route === 'op-b-out' ? down : null),
  });
  await world.receive(addressOfA, forwardTo(numberAt.b, '1'));
  await world.receive(addressOfA, forwardTo(numberAt.b, '2', ['X-Mms-Priority: High']));
  await world.time.pass(5 * minute);
  const samples = await samplesOf(world.metrics);
  assert.equal(samples.get('mm4_route_up{partner="op-b",route="op-b-out"}'), 0);
  assert.equal(samples.get('mm4_route_up{partner="op-c",route="op-c-out"}'), 1);
  assert.equal(samples.get('mm4_waiting_messages{route="op-b-out",what="forwards"}'), 2);
  assert.equal(samples.get('mm4_waiting_oldest_seconds{route="op-b-out",what="forwards"}'), 300);
  assert.equal(samples.get('mm4_waiting_oldest_seconds{route="op-c-out",what="forwards"}'), 0);
  assert.deepEqual(bindingsOf(samples, 'op-b'), ['down']);
  assert.deepEqual(bindingsOf(samples, 'op-c'), ['up']);
  assert.equal(samples.get('mm4_partner_events_total{partner="op-b",event="RouteDown"}'), 1);
});

test('a rate binds while somebody waits for it, a pause binds more, and the pause says whose it is', async () => {
  const world = await measured({ configuration: configuration({ routeB: ', rate: 1/s' }) });
  for (const id of ['1', '2', '3', '4']) await world.receive(addressOfA, forwardTo(numberAt.b, id));
  await world.time.pass(1_500);
  assert.deepEqual(bindingsOf(await samplesOf(world.metrics), 'op-b'), ['rate']);
  await world.engine.operator.pause('op-b', null, { by: 'ann', why: 'test' });
  const paused = await samplesOf(world.metrics);
  assert.deepEqual(bindingsOf(paused, 'op-b'), ['paused']);
  assert.equal(paused.get('mm4_partner_paused{partner="op-b",by="operator"}'), 1);
  assert.equal(paused.get('mm4_partner_paused{partner="op-b",by="rule"}'), 0);
  await world.engine.operator.resume('op-b', { by: 'ann', why: 'test' });
  await world.time.pass(minute);
  assert.equal(world.sent.get('op-b-out')?.length, 4);
  assert.deepEqual(bindingsOf(await samplesOf(world.metrics), 'op-b'), ['up']);
});

test('a pause by an answer rule is told from one by an operator', async () => {
  const rule = 'answers: [{ reply: "421", count: 1, within: 10m, do: pause, for: 1h }]';
  const world = await measured({
    configuration: configuration({ top: rule }),
    answer: () => ({ kind: 'refused', at: 'mail', reply: { code: 421, text: 'too busy' }, refused: [] }),
  });
  await world.receive(addressOfA, forwardTo(numberAt.b, '1'));
  await world.time.pass(minute);
  const samples = await samplesOf(world.metrics);
  assert.equal(samples.get('mm4_partner_paused{partner="op-b",by="rule"}'), 1);
  assert.equal(samples.get('mm4_sends_total{route="op-b-out",what="forward",outcome="refused"}'), 1);
});

test('the whole node', async () => {
  const { metrics } = await measured({ configuration: configuration() });
  const samples = await samplesOf(metrics);
  assert.equal(samples.get('mm4_disk_free_bytes'), 4_096);
  assert.equal(samples.get('mm4_disk_below_floor'), 0);
  assert.equal(samples.get('mm4_smtp_in_connections'), 3);
  assert.equal(samples.get('mm4_in_flight_bytes'), 0);
  assert.equal(samples.get('mm4_open_claims'), 0);
  assert.equal(samples.get('mm4_content_syncs_total{file="segments"}'), 7);
  assert.ok(samples.has('mm4_nodejs_eventloop_lag_p99_seconds'));
  assert.equal((await samplesOf(metrics)).get('mm4_content_syncs_total{file="keys"}'), 5, 'asked twice');
});

test('what cannot be read has no value, and the rest has', async () => {
  const metrics = openMetrics();
  const { engine, time } = await memoryEngine({ configuration: configuration() });
  const failing = (): Promise<never> => Promise.reject(new Error('gone'));
  metrics.follow({
    clock: time.clock,
    engine,
    openWork: { waiting: failing },
    disk: { free: failing },
    connectionsIn: () => 1,
    syncs: () => ({ segments: 0, keys: 0 }),
  });
  const samples = await samplesOf(metrics);
  assert.equal(samples.get('mm4_reading_failures_total{of="waiting"}'), 1);
  assert.equal(samples.get('mm4_reading_failures_total{of="disk"}'), 1);
  assert.equal(samples.has('mm4_disk_free_bytes'), false);
  assert.equal(samples.has('mm4_waiting_messages{route="op-b-out",what="forwards"}'), false);
  assert.equal(samples.get('mm4_smtp_in_connections'), 1);
});

function bindingsOf(samples: ReadonlyMap<string, number>, partner: string): readonly string[] {
  return ['up', 'down', 'paused', 'rate'].filter(
    (reason) =>
      samples.get(`mm4_route_binding{partner="${partner}",route="${partner}-out",reason="${reason}"}`) === 1,
  );
}
