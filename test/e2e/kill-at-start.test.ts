import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { test, type TestContext } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { verifyChain } from '../../domain/chain.ts';
import { streamOf, uidOf } from '../../domain/mms/ids.ts';
import type { StoredEvent } from '../../domain/ports.ts';
import { startAndKill } from '../support/engine-process.ts';
import { until } from '../support/until.ts';
import { greeted, interconnect, mail, type Interconnect, type Sendable } from './interconnect.ts';
import { bodyOf, forward, header, numberOf } from './pdus.ts';

/**
 * 250 means durable, also for an engine that dies again before it has come up, and for senders that repeat what got no answer. The
 * test beside this one kills more often and looks into the store at the end; this one looks after every restart.
 */
const rounds = 12;
const senders = 6;
/** At most so many ms under load, then the kill. */
const longestRound = 1_200;
/** Every so often the next engine is killed too, while it starts. */
const killAtStartEvery = 2;

interface Sent {
  readonly id: string;
  readonly body: string;
  readonly pdu: Sendable;
}

interface Load {
  /** What got a 250, by message id. */
  readonly accepted: Map<string, Sent>;
  /** Mailed without an answer: it is mailed again, as a partner would. */
  readonly unanswered: Sent[];
  count: number;
}

test(
  'kill -9 under load and again during the start loses nothing, and repeats are taken once',
  { timeout: 200_000 },
  async (context) => {
    const hub = await interconnect(context, { route: ', maxConnections: 4' });
    const load: Load = { accepted: new Map(), unanswered: [], count: 0 };
    for (let round = 1; round <= rounds; round += 1) {
      const work = Array.from({ length: senders }, () => sendUntilKilled(hub.engine.port, load));
      await new Promise((resolve) => setTimeout(resolve, randomInt(50, longestRound)));
      assert.equal(hub.engine.stderr, '');
      await hub.engine.kill();
      await Promise.all(work);
      if (round % killAtStartEvery === 0) await startAndKill(hub.configFile, randomInt(50, 700));
      await hub.restart();
      await assertStored(hub, load);
    }
    await deliverTheRest(hub, load);
    const chains = await assertChained(hub);
    await assertForwarded(hub, load);
    report(context, hub, load, chains);
  },
);

async function sendUntilKilled(port: number, load: Load): Promise<void> {
  const client = await greeted(port, 'a').catch(() => null);
  if (client === null) return;
  let sent: Sent | undefined;
  try {
    for (;;) {
      sent = load.unanswered.shift() ?? nextMessage(load);
      assert.match(await mail(client, sent.pdu), /^250 /);
      load.accepted.set(sent.id, sent);
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    if (sent !== undefined) load.unanswered.push(sent);
  }
}

function nextMessage(load: Load): Sent {
  load.count += 1;
  const id = `kill-${load.count}@mmsc.op-a.example`;
  const body = `${randomBytes(randomInt(500, 4_000)).toString('base64')}\r\n`;
  return { id, body, pdu: forward({ from: 'a', to: [numberOf.b], messageId: id, body: `\r\n${body}` }) };
}

/** Those whose 250 was lost are mailed again, to an engine that is let live. */
async function deliverTheRest(hub: Interconnect, load: Load): Promise<void> {
  for (const sent of load.unanswered.splice(0)) {
    assert.match(await hub.send('a', sent.pdu), /^250 /);
    load.accepted.set(sent.id, sent);
  }
}

async function assertStored(hub: Interconnect, load: Load): Promise<void> {
  const received = new Set(
    (await hub.all('mms-')).filter(({ type }) => type === 'Received').map(({ stream }) => stream),
  );
  const lost = [...load.accepted.keys()].filter((id) => !received.has(streamOf(uidOf(id))));
  assert.deepEqual(lost, [], 'these got a 250 and are not in the store');
}

/** Every stream, whatever it holds. */
async function assertChained(hub: Interconnect): Promise<number> {
  const streams = Map.groupBy(await hub.all(''), ({ stream }: StoredEvent) => stream);
  for (const [name, events] of streams) {
    const verified = verifyChain(name, events);
    assert.ok(E.isRight(verified), JSON.stringify(verified));
    const intakes = events.filter(({ type }) => type === 'Received');
    assert.ok(intakes.length <= 1, `${name} took the same message in ${intakes.length} times`);
  }
  return streams.size;
}

async function assertForwarded(hub: Interconnect, load: Load): Promise<void> {
  const { mails } = hub.peers.b;
  const seen = new Map<string, Set<string>>();
  let read = 0;
  await until(
    'the partner having every message that got a 250',
    () => {
      for (; read < mails.length; read += 1) {
        const content = mails[read]?.content ?? Buffer.alloc(0);
        const id = header(content, 'X-Mms-Message-ID')?.replaceAll('"', '') ?? '';
        const sent = load.accepted.get(id);
        assert.ok(sent !== undefined, `the partner got ${id}, which nobody sent`);
        assert.equal(bodyOf(content).toString('latin1'), sent.body, `the body of ${id}`);
        const ids = seen.get(id) ?? new Set();
        seen.set(id, ids.add(header(content, 'X-Mms-Transaction-ID') ?? ''));
      }
      return seen.size === load.accepted.size;
    },
    60_000,
  );
  for (const [id, transactions] of seen) {
    assert.equal(transactions.size, 1, `${id} went out as ${transactions.size} transactions`);
  }
}

function report(context: TestContext, hub: Interconnect, load: Load, streams: number): void {
  const again = hub.peers.b.mails.length - load.accepted.size;
  context.diagnostic(
    `${rounds} kills, ${load.accepted.size} messages accepted, ${streams} streams verified, ${again} forwards repeated`,
  );
}
