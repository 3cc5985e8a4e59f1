import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import type { Submission } from '../../engine/handsets/handsets.ts';
import { number, serve, submitted, uid, type Server } from './support.ts';

const path = `/mailbox/${number}/messages`;
const hello = { type: 'text/plain', name: 'hello.txt', content: Buffer.from('hello').toString('base64') };

function submission({ calls }: Server): Submission {
  const [call] = calls;
  assert.equal(call?.[0], 'submit');
  return call[1] as Submission;
}

function form(...fields: readonly (readonly [string, string] | readonly [string, Blob, string])[]): FormData {
  const data = new FormData();
  for (const [name, value, fileName] of fields) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, value, fileName);
  }
  return data;
}

describe('sending as JSON', () => {
  it('takes a message with all it may say', async () => {
    const server = await serve();
    const { status, headers, json } = await server.call(
      'POST',
      path,
      {
        to: ['447700900201', '+44 7700 900201', '60300', 'ann@example.com'],
        subject: 'Grüße',
        deliveryReport: true,
        readReply: true,
        priority: 'High',
        messageClass: 'Informational',
        expiresIn: 60,
        parts: [hello],
      },
      { 'idempotency-key': 'k1' },
    );
    assert.equal(status, 201);
    assert.equal(headers.get('location'), `${path}/${uid}`);
    assert.deepEqual(json, {
      uid,
      messageId: submitted.messageId,
      expiresAt: '2026-11-25T10:00:00.000Z',
      recipients: submitted.recipients,
    });
    assert.deepEqual(submission(server), {
      from: { number, gateway: 'mailbox', address: '127.0.0.1' },
      to: ['+447700900201', '60300', 'ann@example.com'],
      subject: 'Grüße',
      parts: [{ type: 'text/plain', name: 'hello.txt', bytes: Buffer.from('hello') }],
      deliveryReport: true,
      readReply: true,
      priority: 'High',
      messageClass: 'Informational',
      expiresIn: 60_000,
      key: 'k1',
    });
  });

  it('fills in what is not said', async () => {
    const server = await serve();
    const part = { type: hello.type, content: hello.content };
    assert.equal((await server.call('POST', path, { to: ['+447700900201'], parts: [part] })).status, 201);
    const { subject, parts, deliveryReport, readReply, priority, messageClass, expiresIn, key } =
      submission(server);
    assert.equal(parts[0]?.name, 'part-1');
    assert.deepEqual(
      { subject, deliveryReport, readReply, priority, messageClass, expiresIn, key },
      {
        subject: '',
        deliveryReport: false,
        readReply: false,
        priority: 'Normal',
        messageClass: 'Personal',
        expiresIn: null,
        key: null,
      },
    );
  });

  it('says 200 when the key had been answered, 409 when it was for another message', async () => {
    const again = await serve({
      handsets: { submit: () => Promise.resolve(E.right({ ...submitted, fresh: false })) },
    });
    const message = { to: ['+447700900201'], parts: [hello] };
    assert.equal((await again.call('POST', path, message)).status, 200);

    const problem = { kind: 'conflict', message: 'this key was used for another message' } as const;
    const other = await serve({ handsets: { submit: () => Promise.resolve(E.left(problem)) } });
    const { status, json } = await other.call('POST', path, message);
    assert.deepEqual([status, json], [409, { error: problem.message }]);
  });

  it('says what is wrong with a body', async () => {
    const { call, calls } = await serve();
    const to = ['+447700900201'];
    const wrong: readonly (readonly [body: unknown, error: RegExp])[] = [
      [{ parts: [hello] }, /^body must have required property 'to'$/],
      [{ to: [], parts: [hello] }, /^body\/to must NOT have fewer than 1 items$/],
      [{ to, parts: [] }, /^body\/parts must NOT have fewer than 1 items$/],
      [{ to, parts: [hello], sbject: 'x' }, /^body has "sbject", which is not known here$/],
      [{ to, parts: [hello], priority: 'Urgent' }, /^body\/priority must be one of "Low", "Normal", "High"$/],
      [{ to, parts: [hello], expiresIn: 0 }, /^body\/expiresIn must be >= 1$/],
      [{ to, parts: [{ ...hello, content: '!' }] }, /^body\/parts\/0\/content must match format "byte"$/],
      [{ to, parts: [{ ...hello, name: 'a\r\nBcc: x' }] }, /^body\/parts\/0\/name must match pattern/],
      [{ to, parts: [{ ...hello, name: '\u010aX: y' }] }, /^body\/parts\/0\/name must match pattern/],
      [{ to, parts: [{ ...hello, type: 'text/plain\nX: y' }] }, /^body\/parts\/0\/type must match pattern/],
      [{ to, parts: [{ ...hello, type: 'multipart/mixed' }] }, /^body\/parts\/0\/type must match pattern/],
      ['{"to":', /JSON/],
    ];
    for (const [body, error] of wrong) {
      const { status, json } = await call('POST', path, body);
      assert.equal(status, 400);
      assert.match(String(json['error']), error);
    }
    assert.deepEqual(calls, []);
  });

  it('looks at a long media type in no time', async () => {
    const { call } = await serve();
    const part = { ...hello, type: `text/plain${'; a= '.repeat(37)}!` };
    assert.equal((await call('POST', path, { to: ['+447700900201'], parts: [part] })).status, 400);
  });

  it('takes content up to the limit, and no more', async () => {
    const { call } = await serve({ maxContent: 3_000_000 });
    const message = (size: number): unknown => ({
      to: ['+447700900201'],
      parts: [{ type: 'image/jpeg', content: Buffer.alloc(size, 7).toString('base64') }],
    });
    assert.equal((await call('POST', path, message(3_000_000))).status, 201);
    const { status, json } = await call('POST', path, message(3_000_001));
    assert.equal(status, 413);
    assert.match(String(json['error']), /3000000 octets of content \(limits\.decodedContent\)/);
    assert.equal((await call('POST', path, message(3_300_000))).status, 413);
  });

  it('refuses a body of another type', async () => {
    const { call } = await serve();
    const { status, json } = await call('POST', path, 'hello', { 'content-type': 'text/plain' });
    assert.equal(status, 415);
    assert.match(String(json['error']), /Unsupported Media Type/);
  });
});

describe('sending as a form', () => {
  const picture = new Blob([Buffer.from([0xff, 0xd8])], { type: 'image/jpeg' });

  it('takes fields and files', async () => {
    const server = await serve();
    const data = form(
      ['to', '+447700900201'],
      ['to', '+447700900202'],
      ['subject', 'Grüße'],
      ['deliveryReport', 'true'],
      ['expiresIn', '3600'],
      ['parts', new Blob(['ünd'], { type: 'text/plain' }), 'a.txt'],
      ['photo', picture, 'Brücke.jpg'],
    );
    assert.equal((await server.call('POST', path, data)).status, 201);
    const { to, subject, deliveryReport, readReply, expiresIn, parts } = submission(server);
    assert.deepEqual(
      { to, subject, deliveryReport, readReply, expiresIn },
      {
        to: ['+447700900201', '+447700900202'],
        subject: 'Grüße',
        deliveryReport: true,
        readReply: false,
        expiresIn: 3_600_000,
      },
    );
    assert.deepEqual(parts, [
      { type: 'text/plain; charset=utf-8', name: 'a.txt', bytes: Buffer.from('ünd') },
      { type: 'image/jpeg', name: 'Br_cke.jpg', bytes: Buffer.from([0xff, 0xd8]) },
    ]);
  });

  it('takes a text without a file name as a part', async () => {
    const server = await serve();
    const data = form(['to', '+447700900201'], ['parts', 'hello']);
    assert.equal((await server.call('POST', path, data)).status, 201);
    assert.deepEqual(submission(server).parts, [
      { type: 'text/plain; charset=utf-8', name: 'part-1', bytes: Buffer.from('hello') },
    ]);
  });

  it('takes no type that could not stand in a header', async () => {
    const server = await serve();
    const part = (type: string): string =>
      `--b\r\nContent-Disposition: form-data; name="parts"\r\nContent-Type: ${type}\r\n\r\nx\r\n`;
    const to = '--b\r\nContent-Disposition: form-data; name="to"\r\n\r\n+447700900201\r\n';
    const body = `${to}${part('text/\u010aX-Evil: 1')}${part('multipart/mixed')}--b--\r\n`;
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    assert.equal((await server.call('POST', path, body, headers)).status, 201);
    const types = submission(server).parts.map(({ type }) => type);
    assert.deepEqual(types, ['application/octet-stream', 'application/octet-stream']);
  });

  it('says what is wrong with a form', async () => {
    const { call, calls } = await serve();
    const to = ['to', '+447700900201'] as const;
    const file = ['parts', picture, 'a.jpg'] as const;
    const wrong: readonly (readonly [FormData, RegExp])[] = [
      [form(to), /^body\/parts must NOT have fewer than 1 items$/],
      [form(file), /^body must have required property 'to'$/],
      [form(to, file, ['sbject', 'x']), /^body has "sbject", which is not known here$/],
      [form(to, file, ['subject', 'x'], ['subject', 'y']), /^body\/subject must be string$/],
      [form(to, file, ['readReply', 'perhaps']), /^body\/readReply must be boolean$/],
      [form(to, file, ['subject', 'x'.repeat(20_000)]), /^body\/subject must NOT have more than 1000/],
    ];
    for (const [data, error] of wrong) {
      const { status, json } = await call('POST', path, data);
      assert.equal(status, 400);
      assert.match(String(json['error']), error);
    }
    const cut = await call('POST', path, '--b\r\nContent-Disposition: form-data; name="to"\r\n\r\n+44', {
      'content-type': 'multipart/form-data; boundary=b',
    });
    assert.equal(cut.status, 400);
    assert.match(String(cut.json['error']), /^the form cannot be read: /);
    assert.deepEqual(calls, []);
  });

  it('counts all files together', async () => {
    const { call } = await serve({ maxContent: 200_000 });
    const file = (size: number) => ['parts', new Blob([Buffer.alloc(size)]), 'a.bin'] as const;
    const to = ['to', '+447700900201'] as const;
    assert.equal((await call('POST', path, form(to, file(100_000), file(100_000)))).status, 201);
    for (const data of [form(to, file(100_000), file(100_001)), form(to, file(900_000))]) {
      const { status, json } = await call('POST', path, data);
      assert.equal(status, 413);
      assert.match(String(json['error']), /limits\.decodedContent/);
    }
  });
});
