import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { once } from 'node:events';

import { serve } from './support.ts';

describe('health', () => {
  it('says that the process runs, and that it takes work', async () => {
    const { call } = await serve();
    assert.deepEqual((await call('GET', '/healthz')).json, { status: 'ok' });
    assert.deepEqual((await call('GET', '/readyz')).json, { status: 'ready' });
  });

  it('says why it takes none', async () => {
    const status = {
      notReady: () => Promise.resolve('the disk is full'),
      partners: () => Promise.resolve([]),
    };
    const { call } = await serve({ options: { status } });
    const { status: code, json } = await call('GET', '/readyz');
    assert.deepEqual([code, json], [503, { status: 'not ready', why: 'the disk is full' }]);
    assert.equal((await call('GET', '/healthz')).status, 200);
    assert.equal((await call('GET', '/metrics')).status, 404);
  });

  it('tells of the routes as they are, and gives the counters', async () => {
    const { call } = await serve();
    assert.deepEqual(JSON.parse((await call('GET', '/partners')).text), [{ partner: 'op-a', state: 'up' }]);
    const { headers, text } = await call('GET', '/metrics');
    assert.deepEqual([headers.get('content-type'), text], ['text/plain; version=0.0.4', 'up 1\n']);
  });

  it('answers 404 in JSON for what is not served', async () => {
    const { call } = await serve();
    const { status, json } = await call('DELETE', '/partners');
    assert.deepEqual(
      [status, json],
      [404, { error: 'nothing is served here: GET /openapi.json says what is' }],
    );
  });
});

describe('a server that closes', () => {
  it('finishes the answer in progress, and takes no more', async () => {
    let answerNow = (): void => undefined;
    let asked = (): void => undefined;
    const wasAsked = new Promise<void>((resolve) => (asked = resolve));
    const mayAnswer = new Promise<void>((resolve) => (answerNow = resolve));
    const status = {
      notReady: () => Promise.resolve(null),
      partners: async () => {
        asked();
        await mayAnswer;
        return [];
      },
    };
    const { call, close, port } = await serve({ options: { status } });
    const idle = connect(port, '127.0.0.1');
    idle.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await once(idle, 'data');
    const answer = call('GET', '/partners');
    await wasAsked;
    const closed = close();
    await once(idle, 'close');
    answerNow();
    assert.equal((await answer).status, 200);
    await closed;
    await assert.rejects(call('GET', '/healthz'));
  });

  it('rejects when its address is taken', async () => {
    const { port } = await serve();
    await assert.rejects(serve({ options: { listen: { host: '127.0.0.1', port } } }), /EADDRINUSE/);
  });
});
