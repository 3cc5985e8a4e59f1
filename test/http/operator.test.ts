import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { fakeOperator, now, preview, reason, serve, uid } from './support.ts';

const hand = { by: 'ann', why: 'op-b is down' };

describe('commands', () => {
  it('tells what a command would change', async () => {
    const { call, calls } = await serve();
    const command = { do: 'reroute', what: { route: 'op-b-out' }, to: 'op-c-out', evenIfSent: true };
    const { status, json } = await call('POST', '/operator/preview', command);
    assert.deepEqual([status, json], [200, preview]);
    assert.deepEqual(calls, [['preview', command]]);
  });

  it('does each of them, with who and why', async () => {
    const { call, calls } = await serve();
    const what = { partner: 'op-b', senderPrefix: '+4477' };
    const commands = [
      { do: 'hold', what },
      { do: 'release', what },
      { do: 'reroute', what, to: 'op-c-out', evenIfSent: false },
      { do: 'resend', what, evenIfSent: true },
      { do: 'expire', what },
      { do: 'drop', what: { id: uid } },
    ];
    for (const command of commands) {
      const { status, json } = await call('POST', '/operator/perform', { ...command, ...hand });
      assert.equal(status, 200);
      const { sample: _, ...performed } = preview;
      assert.deepEqual(json, performed);
    }
    assert.deepEqual(
      calls,
      commands.map((command) => ['perform', command, hand]),
    );
    await call('POST', '/operator/preview', { do: 'resend', what });
    assert.deepEqual(calls.at(-1), ['preview', { do: 'resend', what, evenIfSent: false }]);
  });

  it('says what is wrong with a command', async () => {
    const { call, calls } = await serve();
    const what = { id: uid };
    const wrong: readonly (readonly [body: unknown, error: RegExp])[] = [
      [{ do: 'explode', what, ...hand }, /^body must say in "do" what to do$/],
      [{ what, ...hand }, /'do'/],
      [{ do: 'hold', what: {}, ...hand }, /^body\/what must NOT have fewer than 1 properties$/],
      [{ do: 'hold', what: { sender: 'x' }, ...hand }, /^body\/what has "sender", which is not known here$/],
      [{ do: 'hold', what, to: 'x', ...hand }, /^body has "to", which is not known here$/],
      [{ do: 'reroute', what, ...hand }, /^body must have required property 'to'$/],
      [{ do: 'hold', what, by: 'ann' }, /^body must have required property 'why'$/],
      [{ do: 'hold', what, by: '', why: 'x' }, /^body\/by must NOT have fewer than 1 characters$/],
    ];
    for (const [body, error] of wrong) {
      const { status, json } = await call('POST', '/operator/perform', body);
      assert.equal(status, 400);
      assert.match(String(json['error']), error);
    }
    assert.deepEqual(calls, []);
  });

  it('says 409 when it is refused, 503 while the store does not work', async () => {
    const operator = { perform: () => Promise.resolve(E.left('there is no route "x"')) };
    const body = { do: 'reroute', what: { id: uid }, to: 'x', ...hand };
    const refusing = await serve({ operator });
    const refused = await refusing.call('POST', '/operator/perform', body);
    assert.deepEqual([refused.status, refused.json], [409, { error: 'there is no route "x"' }]);
    const status = {
      notReady: () => Promise.resolve('the disk is full'),
      partners: () => Promise.resolve([]),
    };
    const broken = await serve({ operator, options: { status } });
    assert.equal((await broken.call('POST', '/operator/perform', body)).status, 503);
  });
});

describe('pausing a partner', () => {
  const pause = '/operator/partners/op-a/pause';

  it('is for a time, until an instant, or for good', async () => {
    const { call, calls } = await serve();
    const bodies = [{ forMs: 60_000 }, { until: '2026-11-24T12:00:00+01:00' }, {}];
    for (const [body, until] of [
      [{ forMs: 60_000 }, '2026-11-24T10:01:00.000Z'],
      [{ until: '2026-11-24T12:30:00+01:00' }, '2026-11-24T11:30:00.000Z'],
      [{}, null],
    ] as const) {
      const { status, json } = await call('POST', pause, { ...body, ...hand });
      assert.deepEqual([status, json], [200, { until }]);
    }
    assert.equal(calls.length, bodies.length);
    assert.deepEqual(calls[0], ['pause', 'op-a', now + 60_000, hand]);
    assert.deepEqual(calls[2], ['pause', 'op-a', null, hand]);
    assert.equal((await call('POST', '/operator/partners/op-a/resume', hand)).status, 204);
    assert.deepEqual(calls[3], ['resume', 'op-a', hand]);
  });

  it('is not for both, nor for the past, nor for an instant that is none', async () => {
    const { call, calls } = await serve();
    for (const [body, error] of [
      [{ forMs: 1, until: '2026-11-25T10:00:00Z' }, /either forMs or until/],
      [{ until: '2026-11-24T09:59:59Z' }, /in the future/],
      [{ until: 'tomorrow' }, /match format "date-time"/],
      [{ forMs: 0 }, />= 1/],
    ] as const) {
      const { status, json } = await call('POST', pause, { ...body, ...hand });
      assert.equal(status, 400);
      assert.match(String(json['error']), error);
    }
    assert.deepEqual(calls, []);
  });

  it('is for partners that exist', async () => {
    const { call, calls } = await serve();
    for (const path of ['/operator/partners/op-x/pause', '/operator/partners/op-x/resume']) {
      const { status, json } = await call('POST', path, hand);
      assert.deepEqual([status, json], [404, { error: 'there is no partner "op-x" in the configuration' }]);
    }
    assert.deepEqual(calls, []);
  });
});

it('serves neither reload nor trace where the engine has none', async () => {
  const operator = fakeOperator([]);
  const { call } = await serve({ options: { operation: { operator, hasPartner: () => true } } });
  assert.equal((await call('POST', '/operator/reload', { by: 'ann' })).status, 404);
  assert.equal((await call('GET', '/operator/trace/op-a')).status, 404);
  assert.equal((await call('GET', '/operator/why?subject=x')).status, 200);
});

describe('trouble', () => {
  it('tells why something does not move', async () => {
    const { call, calls } = await serve();
    const { json } = await call('GET', `/operator/why?subject=${encodeURIComponent('<m1@mmsc.example>')}`);
    const { since: _, next: __, until: ___, ...rest } = reason;
    const since = '2026-11-24T10:00:00.000Z';
    assert.deepEqual(json, { reasons: [{ ...rest, since, next: null, until: '2026-11-24T10:00:01.000Z' }] });
    assert.deepEqual(calls, [['why', '<m1@mmsc.example>']]);
    const operator = { why: () => Promise.resolve(E.left('nothing is known as x')) };
    const unknown = await (await serve({ operator })).call('GET', '/operator/why?subject=x');
    assert.deepEqual([unknown.status, unknown.json], [404, { error: 'nothing is known as x' }]);
  });

  it('gives an orphan to its message', async () => {
    const { call, calls } = await serve();
    const path = '/operator/orphans/orphan-1/attach';
    assert.deepEqual((await call('POST', path, hand)).json, { stream: `mms-${uid}` });
    await call('POST', path, { ...hand, uid });
    await call('POST', path, { ...hand, uid: null });
    assert.deepEqual(calls, [
      ['attach', 'orphan-1', null, hand],
      ['attach', 'orphan-1', uid, hand],
      ['attach', 'orphan-1', null, hand],
    ]);
  });

  it('reads the configuration again', async () => {
    const { call, calls } = await serve();
    const { json } = await call('POST', '/operator/reload', { by: 'ann' });
    assert.deepEqual(json, { digest: 'd1', changes: ['limits.expiry: 2d, was 3d'] });
    assert.deepEqual(calls, [['reload', 'ann']]);
    const operation = { reload: () => Promise.resolve(E.left('line 3: unknown key')) };
    const refused = await (await serve({ operation })).call('POST', '/operator/reload', { by: 'ann' });
    assert.deepEqual([refused.status, refused.json], [409, { error: 'line 3: unknown key' }]);
  });
});
