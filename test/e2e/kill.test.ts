import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { verifyChain } from '../../domain/chain.ts';
import { scriptedPeer } from '../support/scripted-peer.ts';
import { forward, mail, ofType, site, until, type RunningEngine } from './support.ts';

const rounds = 20;
const senders = 6;

/** Sends until the engine is gone; the ids that got a 250. */
async function sendUntilGone(
  engine: RunningEngine,
  name: string,
  accepted: Map<string, string>,
): Promise<void> {
  for (let count = 0; engine.process.exitCode === null && engine.process.signalCode === null; count += 1) {
    const id = `${name}-${count}`;
    const body = `${id} `.repeat(300) + '\r\n';
    const reply = await mail(engine.smtpPort, forward(id, { body }));
    if (reply === null) return;
    assert.match(reply, /^250/);
    accepted.set(id, body);
  }
}

test(
  'kill -9 at any instant under load: what got a 250 is there, gap-free, and is forwarded',
  { timeout: 300_000 },
  async () => {
    const b = await scriptedPeer({ host: '127.0.0.3', offers: ['PIPELINING', '8BITMIME', 'SIZE 1000000'] });
    await using place = site({ b }, 'requestAck: false, maxConnections: 3');
    const accepted = new Map<string, string>();
    for (let round = 0; round < rounds; round += 1) {
      const engine = await place.start();
      const load = Array.from({ length: senders }, (_, sender) =>
        sendUntilGone(engine, `r${round}s${sender}`, accepted),
      );
      // Anywhere between the first greeting and a queue that is well filled.
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 600));
      await engine.kill9();
      await Promise.all(load);
    }
    assert.ok(accepted.size > rounds * 5, `only ${accepted.size} messages were accepted`);

    const last = await place.start();
    const forwarded = (): Set<string> => new Set(b.mails.map(({ content }) => idOf(content)));
    await until(
      'every accepted message at the partner',
      () => [...accepted.keys()].every((id) => forwarded().has(id)),
      60_000,
    );
    assert.equal(await last.stop(), 0);

    const events = await place.events();
    const received = new Set(
      ofType(events, 'Received').map(({ messageId }) => (messageId as { normal: string }).normal),
    );
    for (const id of accepted.keys())
      assert.ok(received.has(`${id}@mmsc.op-a.example`), `${id} got a 250 and is gone`);
    for (const [stream, chained] of Map.groupBy(events, ({ stream }) => stream)) {
      const verified = verifyChain(stream, chained);
      assert.ok(E.isRight(verified), E.isLeft(verified) ? `${stream}: ${verified.left.message}` : '');
    }
    const transactions = new Map<string, Set<string>>();
    for (const { content } of b.mails) {
      const id = idOf(content);
      const seen = transactions.get(id) ?? new Set();
      transactions.set(
        id,
        seen.add(/X-Mms-Transaction-ID: (\S+)/.exec(content.toString('latin1'))?.[1] ?? ''),
      );
      const body = content.toString('latin1').split('\r\n\r\n').slice(1).join('\r\n\r\n');
      if (accepted.has(id)) assert.equal(body, accepted.get(id));
    }
    for (const [id, ids] of transactions)
      assert.equal(ids.size, 1, `${id} went out under two transaction ids`);
    await b.stop();
  },
);

function idOf(content: Buffer): string {
  return /X-Mms-Message-ID: "([^@]+)@/.exec(content.toString('latin1'))?.[1] ?? '';
}
