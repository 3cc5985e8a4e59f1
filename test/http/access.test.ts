import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, it } from 'node:test';

import { number, serve } from './support.ts';

/** `fetch` does not let a test choose the Host. */
function statusWith(port: number, headers: Record<string, string>, path = '/healthz'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, setHost: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject).end();
  });
}

describe('with a token', () => {
  it('asks for it everywhere but at /healthz and /readyz', async () => {
    const { call, calls } = await serve({ options: { token: 's3cret' } });
    const paths = ['/partners', '/metrics', '/openapi.json', `/mailbox/${number}/messages`, '/nowhere'];
    for (const path of paths) {
      for (const authorization of ['', 'Bearer', 'Bearer wrong', 's3cret', 'Basic s3cret']) {
        const { status, json, headers } = await call('GET', path, undefined, { authorization });
        assert.equal(status, 401, `${path} with "${authorization}"`);
        assert.deepEqual(json, { error: 'give the token of http.token as a bearer token' });
        assert.equal(headers.get('www-authenticate'), 'Bearer');
      }
    }
    assert.deepEqual(calls, []);
    for (const path of ['/healthz', '/readyz']) assert.equal((await call('GET', path)).status, 200);
    for (const authorization of ['Bearer s3cret', 'bearer s3cret']) {
      assert.equal((await call('GET', '/partners', undefined, { authorization })).status, 200);
    }
  });

  it('serves whatever name it is asked by', async () => {
    const { port } = await serve({ options: { token: 's3cret' } });
    const authorization = 'Bearer s3cret';
    assert.equal(await statusWith(port, { host: 'mm4.example', authorization }, '/partners'), 200);
  });
});

describe('without a token', () => {
  it('serves this machine by its own names', async () => {
    const { port } = await serve();
    for (const host of [
      '127.0.0.1',
      `127.0.0.1:${port}`,
      'localhost:1',
      'LocalHost',
      '[::1]:80',
      '127.9.9.9',
    ]) {
      assert.equal(await statusWith(port, { host }), 200, host);
    }
  });

  it('refuses a name that was made to lead here', async () => {
    const { port } = await serve();
    for (const host of [
      'evil.example',
      '127.0.0.1.evil.example',
      'localhost.evil.example:80',
      '192.0.2.1',
      '',
    ]) {
      assert.equal(await statusWith(port, { host }), 403, host);
    }
  });

  it('refuses what a page of another site posts', async () => {
    const { call, calls, url } = await serve();
    const form = new FormData();
    form.append('to', '+447700900201');
    form.append('parts', 'hello');
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1']) {
      const { status, json } = await call('POST', `/mailbox/${number}/messages`, form, { origin });
      assert.equal(status, 403);
      assert.match(String(json['error']), /^without http\.token no page of another site is served/);
    }
    assert.deepEqual(calls, []);
    assert.equal((await call('GET', '/healthz', undefined, { origin: url })).status, 200);
  });
});
