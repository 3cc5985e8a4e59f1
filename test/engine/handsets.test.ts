import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { memoryStore as memoryContent } from '../../adapters/content-memory/store.ts';
import type { HandsetProblem, Handsets, Submission } from '../../engine/handsets/handsets.ts';
import { memoryEngine } from '../support/memory-engine.ts';
import { virtualTime } from '../support/virtual-time.ts';
import { addressOfA, configuration, eventsOf, forwardTo, numberAt } from './world.ts';

const owner = { number: numberAt.own, gateway: 'mailbox', address: '127.0.0.1' };
const other = { ...owner, number: '+447700900902' };
const picture = { type: 'image/png', name: 'dot.png', bytes: Buffer.from('89504e470d0a1a0a', 'hex') };
const text = { type: 'text/plain; charset=utf-8', name: 'hello.txt', bytes: Buffer.from('Grüße\n') };
const submission: Submission = {
  from: owner,
  to: [other.number, numberAt.b],
  subject: 'Grüße vom Hafen',
  parts: [picture, text],
  deliveryReport: true,
  readReply: true,
  priority: 'Normal',
  messageClass: 'Personal',
  expiresIn: null,
  key: 'one',
};

function right<A>(either: E.Either<HandsetProblem, A>): A {
  if (E.isLeft(either)) assert.fail(`${either.left.kind}: ${either.left.message}`);
  return either.right;
}

async function refused(answer: Promise<E.Either<HandsetProblem, unknown>>): Promise<HandsetProblem['kind']> {
  const either = await answer;
  assert.ok(E.isLeft(either), 'it was accepted');
  return either.left.kind;
}

const listed = async (handsets: Handsets, number: string, box: 'in' | 'out') =>
  right(await handsets.list({ number, box, max: 10 }));

test('a subscriber sends a picture to another and to a partner; fetching and reading come back as reports', async () => {
  const { engine, time, sent } = await memoryEngine({ configuration: configuration() });
  const { handsets } = engine;
  const submitted = right(await handsets.submit(submission));
  assert.equal(submitted.fresh, true);
  assert.match(submitted.messageId, /@mmsc\.hub\.example$/);
  await time.pass(2_000);
  const [mail] = sent.get('op-b-out') ?? [];
  assert.match(
    Buffer.from(mail?.head ?? []).toString('latin1'),
    /^From: \+447700900901\/TYPE=PLMN@mmsc\.hub\.example\r$/m,
  );
  assert.match(Buffer.from(mail?.head ?? []).toString('latin1'), /^Subject: =\?UTF-8\?/m);

  const [entry] = await listed(handsets, other.number, 'in');
  assert.deepEqual([entry?.state, entry?.from, entry?.subject], ['waiting', owner.number, 'Grüße vom Hafen']);
  assert.deepEqual(await listed(handsets, owner.number, 'in'), []);

  const fetched = right(await handsets.retrieve(other, submitted.uid));
  assert.match(fetched.contentType, /^multipart\/related/);
  assert.deepEqual(
    fetched.parts.map(({ type, name }) => [type, name]),
    [
      ['application/smil; charset=utf-8', 'smil.smil'],
      ['image/png', 'dot.png'],
      ['text/plain; charset=utf-8', 'hello.txt'],
    ],
  );
  assert.deepEqual(Buffer.from(fetched.parts[1]?.bytes ?? []), picture.bytes);
  assert.deepEqual(Buffer.from(fetched.parts[2]?.bytes ?? []), text.bytes);
  assert.equal(fetched.entry.state, 'retrieved');
  assert.equal(right(await handsets.read(other, submitted.uid, 'Read')).state, 'read');

  const [outgoing] = await listed(handsets, owner.number, 'out');
  assert.deepEqual(
    outgoing?.recipients.map(({ address, status, read }) => [address, status, read]),
    [
      [other.number, 'retrieved', true],
      [numberAt.b, 'pending', false],
    ],
  );
  await engine.stop();
});

test('a repeat under the same key gets the first answer, another message under it is refused', async () => {
  const { engine, sent, time } = await memoryEngine({ configuration: configuration() });
  const { handsets } = engine;
  const first = right(await handsets.submit(submission));
  await time.pass(5_000);
  const again = right(await handsets.submit(submission));
  assert.deepEqual([again.uid, again.fresh], [first.uid, false]);
  assert.equal(await refused(handsets.submit({ ...submission, subject: 'another one' })), 'conflict');
  const unkeyed = right(await handsets.submit({ ...submission, key: null }));
  assert.notEqual(unkeyed.uid, first.uid);
  const elsewhere = right(await handsets.submit({ ...submission, from: other, to: [numberAt.b] }));
  assert.notEqual(elsewhere.uid, first.uid, 'a key is its owner’s');
  await time.pass(2_000);
  assert.equal(sent.get('op-b-out')?.length, 3);
  await engine.stop();
});

test('what is wrong with a submission is said', async () => {
  const { engine } = await memoryEngine({ configuration: configuration() });
  const { handsets } = engine;
  const big = { ...picture, bytes: Buffer.alloc(400_000) };
  assert.equal(
    await refused(handsets.submit({ ...submission, from: { ...owner, number: '+4915100' } })),
    'not-allowed',
  );
  assert.equal(await refused(handsets.submit({ ...submission, parts: [] })), 'malformed');
  assert.equal(await refused(handsets.submit({ ...submission, to: ['nobody'] })), 'malformed');
  assert.equal(await refused(handsets.submit({ ...submission, parts: [big] })), 'too-big');
  const nowhere = right(await handsets.submit({ ...submission, to: ['+4915112345678'] }));
  assert.match(nowhere.recipients[0]?.why ?? '', /no route leads/);
  await engine.stop();
});

test('a partner’s message: its recipient alone may see it; fetched it is reported back', async () => {
  const { engine, receive, sent, time } = await memoryEngine({ configuration: configuration() });
  const { handsets } = engine;
  const mail = forwardTo(numberAt.own, 'm-1', [
    'X-Mms-Delivery-Report: Yes',
    'X-Mms-Sender-Visibility: Hide',
  ]);
  assert.equal(await receive(addressOfA, mail), 250);
  const [entry] = await listed(handsets, numberAt.own, 'in');
  assert.ok(entry !== undefined);
  assert.deepEqual([entry.from, entry.state], [null, 'waiting']);
  const stranger = { ...owner, number: '+447700900903' };
  assert.equal(await refused(handsets.look(stranger.number, entry.uid)), 'not-found');
  assert.equal(await refused(handsets.retrieve(stranger, entry.uid)), 'not-found');
  assert.equal(await refused(handsets.read(owner, entry.uid, 'Read')), 'conflict');

  const fetched = right(await handsets.retrieve(owner, entry.uid));
  assert.equal(Buffer.from(fetched.body).toString(), 'Hello m-1\r\n');
  await time.pass(2_000);
  const [report] = sent.get('op-a-out') ?? [];
  assert.match(Buffer.from(report?.head ?? []).toString('latin1'), /^X-Mms-MM-Status-Code: Retrieved\r$/m);
  assert.equal(await refused(handsets.reject(owner, entry.uid)), 'conflict');
  await engine.stop();
});

test('not fetched it expires, and the originator hears it', async () => {
  const { engine, receive, sent, time } = await memoryEngine({ configuration: configuration() });
  const mail = forwardTo(numberAt.own, 'm-2', ['X-Mms-Delivery-Report: Yes', 'X-Mms-Expiry: 3600']);
  assert.equal(await receive(addressOfA, mail), 250);
  await time.pass(3_700_000);
  const [report] = sent.get('op-a-out') ?? [];
  assert.match(Buffer.from(report?.head ?? []).toString('latin1'), /^X-Mms-MM-Status-Code: Expired\r$/m);
  const [entry] = await listed(engine.handsets, numberAt.own, 'in');
  assert.equal(entry?.state, 'expired');
  assert.equal(await refused(engine.handsets.retrieve(owner, entry.uid)), 'gone');
  await engine.stop();
});

test('what expires while its content is read is not handed out', async () => {
  const content = memoryContent(virtualTime(0).clock);
  let beforeReading = (): Promise<void> => Promise.resolve();
  const { engine, receive, time, store } = await memoryEngine({
    configuration: configuration(),
    content: {
      ...content,
      read: async function* (ref) {
        if (ref.startsWith('body')) await beforeReading();
        yield* content.read(ref);
      },
    },
  });
  assert.equal(await receive(addressOfA, forwardTo(numberAt.own, 'm-3', ['X-Mms-Expiry: 3600'])), 250);
  const [entry] = await listed(engine.handsets, numberAt.own, 'in');
  beforeReading = () => time.pass(3_700_000);
  assert.equal(await refused(engine.handsets.retrieve(owner, entry?.uid ?? '')), 'gone');
  const types = (await eventsOf({ store }, 'mms-')).map(({ type }) => type);
  assert.ok(types.includes('DeliveryFailed') && !types.includes('Delivered'), types.join(' '));
  await engine.stop();
});

test('a gateway that is away is asked again, and nothing happens to the message meanwhile', async () => {
  let away = true;
  const told: string[] = [];
  const { engine, receive, time, store } = await memoryEngine({
    configuration: configuration(),
    gateway: {
      name: 'mm1',
      notify:
        ({ number }) =>
        () => {
          if (!away) told.push(number);
          return Promise.resolve(away ? E.left({ message: 'push proxy down' }) : E.right(undefined));
        },
    },
  });
  await receive(addressOfA, forwardTo(numberAt.own, 'm-3'));
  await time.pass(60_000);
  const types = async (): Promise<readonly string[]> => {
    const page = await store.readFeed(null, { prefixes: ['mms-'], max: 100 })();
    return E.isRight(page) ? page.right.events.map(({ type }) => type) : [];
  };
  assert.deepEqual(await types(), ['Received', 'Routed']);
  away = false;
  await time.pass(60_000);
  assert.deepEqual(told, [numberAt.own]);
  assert.deepEqual(await types(), ['Received', 'Routed', 'Notified']);
  await engine.stop();
});
