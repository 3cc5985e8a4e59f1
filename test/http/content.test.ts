import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { attachmentNamed, contentTypeHeader } from '../../adapters/http/mailbox/content-headers.ts';
import { number, retrieved, serve, uid } from './support.ts';

const message = `/mailbox/${number}/messages/${uid}`;
const handset = { number, gateway: 'mailbox', address: '127.0.0.1' };

async function get(url: string): Promise<{ readonly response: Response; readonly bytes: Buffer }> {
  const response = await fetch(url);
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
}

describe('fetching content', () => {
  it('gives the whole body under its own Content-Type', async () => {
    const { url, calls } = await serve();
    const { response, bytes } = await get(`${url}${message}/content`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'multipart/mixed; boundary="b"');
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(response.headers.get('content-disposition'), `attachment; filename="${uid}.mime"`);
    assert.deepEqual(bytes, Buffer.from(retrieved.body));
    assert.deepEqual(calls, [['retrieve', handset, uid]]);
  });

  it('gives one part, which a browser may neither run nor guess at', async () => {
    const { url } = await serve();
    const html = await get(`${url}${message}/parts/1`);
    assert.equal(html.response.headers.get('content-type'), 'text/html');
    assert.equal(html.response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(html.response.headers.get('content-disposition'), 'attachment; filename="a_b_c__.html"');
    assert.match(html.response.headers.get('content-security-policy') ?? '', /sandbox/);
    assert.equal(html.bytes.toString(), 'hello');
    const picture = await get(`${url}${message}/parts/2`);
    assert.equal(picture.response.headers.get('content-disposition'), 'attachment; filename="part-2"');
    assert.deepEqual(picture.bytes, Buffer.from([0xff, 0xd8, 0x00]));
  });

  it('does not fetch the message for a part that is not there', async () => {
    const { call, calls } = await serve();
    const { status, json } = await call('GET', `${message}/parts/3`);
    assert.deepEqual([status, json], [404, { error: 'the message has no such part; the first is 1' }]);
    assert.equal((await call('GET', `${message}/parts/0`)).status, 400);
    assert.deepEqual(calls, [['look', number, uid]]);
  });

  it('does not fetch the message for a HEAD', async () => {
    const { url, calls } = await serve();
    const response = await fetch(`${url}${message}/content`, { method: 'HEAD' });
    assert.equal(response.status, 404);
    assert.deepEqual(calls, []);
  });

  it('says 410 for what is gone', async () => {
    const problem = { kind: 'gone', message: 'it expired' } as const;
    const { call } = await serve({ handsets: { retrieve: () => Promise.resolve(E.left(problem)) } });
    for (const path of [`${message}/content`, `${message}/parts/1`]) {
      const { status, json } = await call('GET', path);
      assert.deepEqual([status, json], [410, { error: 'it expired' }]);
    }
  });
});

describe('a Content-Type from a mail', () => {
  it('is unfolded', () => {
    assert.equal(contentTypeHeader('text/plain;\r\n\tcharset=utf-8 '), 'text/plain; charset=utf-8');
  });
  it('is none when no header may hold it', () => {
    for (const value of ['', 'text', 'text/\u0001', 'tëxt/plain']) {
      assert.equal(contentTypeHeader(value), 'application/octet-stream');
    }
  });
});

describe('a file name from a stranger', () => {
  it('loses folders, control characters and what hides its end', () => {
    assert.equal(attachmentNamed('../../etc/passwd'), 'attachment; filename="_.._etc_passwd"');
    assert.equal(attachmentNamed('a\r\nX: y"; b.jpg'), 'attachment; filename="a__X_ y_; b.jpg"');
    assert.equal(attachmentNamed('gpj.\u202eexe'), 'attachment; filename="gpj._exe"');
  });
  it('keeps letters beyond ASCII in the second form', () => {
    assert.equal(
      attachmentNamed("Grüße'.jpg"),
      `attachment; filename="Gr__e'.jpg"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%27.jpg`,
    );
  });
  it('is never empty, never endless, and always well formed', () => {
    assert.equal(attachmentNamed(' .. '), 'attachment; filename="content"');
    assert.equal(attachmentNamed('a'.repeat(500)).length, 'attachment; filename=""'.length + 100);
    assert.match(
      attachmentNamed(`${'a'.repeat(99)}😀`),
      /^attachment; filename="a{99}_"; filename\*=UTF-8''a{99}%EF%BF%BD$/,
    );
    assert.doesNotThrow(() => attachmentNamed('\ud800.jpg'));
  });
});
