import assert from 'node:assert/strict';
import { test } from 'node:test';

import { site } from '../e2e/support.ts';

const ann = '+447700900901';
const bob = '+447700900902';
const nowhere = { host: '127.0.0.9', port: 9 };

interface Entry {
  readonly uid: string;
  readonly from: string;
  readonly subject: string;
  readonly state: string;
  readonly parts: readonly unknown[];
}

test('a message from one subscriber of ours to another, through the real engine', async () => {
  await using place = site({ b: nowhere });
  const engine = await place.start();
  const url = (number: string, rest: string): string =>
    `http://127.0.0.1:${engine.httpPort}/mailbox/${number}/${rest}`;
  const get = async <A>(address: string): Promise<A> => (await (await fetch(address)).json()) as A;
  const message = (): FormData => {
    const form = new FormData();
    form.append('to', bob);
    form.append('subject', 'Grüße');
    form.append('deliveryReport', 'true');
    form.append('readReply', 'true');
    form.append('parts', 'hällo');
    form.append('parts', new Blob([Buffer.from([0xff, 0xd8, 0x00])], { type: 'image/jpeg' }), 'bridge.jpg');
    return form;
  };
  const submit = (body: FormData): Promise<Response> =>
    fetch(url(ann, 'messages'), { method: 'POST', headers: { 'idempotency-key': 'k1' }, body });

  const first = await submit(message());
  assert.equal(first.status, 201);
  const { uid } = (await first.json()) as { uid: string };
  assert.equal(first.headers.get('location'), `/mailbox/${ann}/messages/${uid}`);
  assert.equal((await submit(message())).status, 200);
  const other = message();
  other.append('to', ann);
  assert.equal((await submit(other)).status, 409);

  const { messages } = await get<{ messages: readonly Entry[] }>(url(bob, 'messages'));
  const [entry] = messages;
  assert.deepEqual(
    [messages.length, entry?.uid, entry?.from, entry?.subject, entry?.state],
    [1, uid, ann, 'Grüße', 'waiting'],
  );
  assert.equal((await fetch(url(bob, `messages/${uid}/read`), { method: 'POST' })).status, 409);

  const parts = await Promise.all(
    (entry?.parts ?? []).map(async (_, at) => {
      const response = await fetch(url(bob, `messages/${uid}/parts/${at + 1}`));
      return [response.headers.get('content-type'), Buffer.from(await response.arrayBuffer())] as const;
    }),
  );
  const bytesOf = (type: string) => parts.find(([one]) => one?.startsWith(type))?.[1];
  assert.equal(bytesOf('text/plain')?.toString(), 'hällo');
  assert.deepEqual(bytesOf('image/jpeg'), Buffer.from([0xff, 0xd8, 0x00]));
  const content = await fetch(url(bob, `messages/${uid}/content`));
  assert.match(content.headers.get('content-type') ?? '', /^multipart\/related; .*boundary=/);
  assert.match(await content.text(), /image\/jpeg/);

  assert.equal((await fetch(url(bob, `messages/${uid}/read`), { method: 'POST' })).status, 200);
  assert.equal((await fetch(url(bob, `messages/${uid}/reject`), { method: 'POST' })).status, 409);
  assert.equal((await get<Entry>(url(bob, `messages/${uid}`))).state, 'read');
  assert.equal((await fetch(url('+447700900903', `messages/${uid}`))).status, 404);
  const { reports } = await get<{ reports: readonly unknown[] }>(url(ann, 'reports'));
  const [report] = reports as readonly { uid: string; recipients: unknown }[];
  assert.equal(report?.uid, uid);
  assert.deepEqual(report.recipients, [{ address: bob, status: 'retrieved', read: true, why: null }]);

  assert.equal(await engine.stop(), 0);
  assert.doesNotMatch(engine.log.join('\n'), /hällo|Grüße|447700900901/);
});

test('/readyz says so when the store cannot be written any more', async () => {
  await using place = site({ b: nowhere });
  // No file of the engine may grow beyond 512 KiB; each time it is asked, the store writes a page.
  const engine = await place.start(['bash', '-c', 'ulimit -f 512; exec "$@"', 'limited']);
  const ready = (): Promise<Response> => fetch(`http://127.0.0.1:${engine.httpPort}/readyz`);
  assert.equal((await ready()).status, 200);
  let answer = await ready();
  for (let asked = 0; answer.status === 200 && asked < 300; asked += 1) answer = await ready();
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /events\.db cannot be written/);
  assert.equal((await fetch(`http://127.0.0.1:${engine.httpPort}/healthz`)).status, 200);
});
