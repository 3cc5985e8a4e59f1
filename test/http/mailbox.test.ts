import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import type { HandsetProblem } from '../../engine/handsets/handsets.ts';
import { entry, now, number, serve, uid } from './support.ts';

const messages = `/mailbox/${number}/messages`;
const handset = { number, gateway: 'mailbox', address: '127.0.0.1' };
const shown = { ...entry, receivedAt: '2026-11-24T10:00:00.000Z', expiresAt: '2026-11-25T10:00:00.000Z' };

describe('looking into a mailbox', () => {
  it('lists what came in, or what was sent', async () => {
    const { call, calls } = await serve();
    const { status, json } = await call('GET', messages);
    assert.deepEqual([status, json], [200, { messages: [shown] }]);
    await call('GET', `${messages}?box=out&max=3`);
    assert.deepEqual(calls, [
      ['list', { number, box: 'in', max: 50 }],
      ['list', { number, box: 'out', max: 3 }],
    ]);
  });

  it('takes the number however it is written', async () => {
    const { call, calls } = await serve();
    for (const written of ['+447700900401', '447700900401', '%2B447700900401', '00447700900401', '60300']) {
      assert.equal((await call('GET', `/mailbox/${written}/messages/${uid}`)).status, 200);
    }
    assert.deepEqual(
      calls.map(([, asked]) => asked),
      [number, number, number, number, '60300'],
    );
    for (const written of ['ann', '+', '12', '0', '+44770090040123456', '%00']) {
      const { status, json } = await call('GET', `/mailbox/${written}/messages`);
      assert.equal(status, 400);
      assert.match(String(json['error']), /^params\/number must match pattern/);
    }
    const unreadable = await call('GET', '/mailbox/%zz/messages');
    assert.equal(unreadable.status, 400);
    assert.match(String(unreadable.json['error']), /not a valid url component/);
  });

  it('refuses a query that it does not know', async () => {
    const { call, calls } = await serve();
    for (const [query, error] of [
      ['box=all', 'querystring/box must be one of "in", "out"'],
      ['max=0', 'querystring/max must be >= 1'],
      ['max=many', 'querystring/max must be integer'],
      ['since=1', 'querystring has "since", which is not known here'],
    ]) {
      const { status, json } = await call('GET', `${messages}?${query ?? ''}`);
      assert.deepEqual([status, json], [400, { error }]);
    }
    assert.deepEqual(calls, []);
  });

  it('tells what became of the messages sent', async () => {
    const recipients = [
      { address: '+447700900201', status: 'Rejected', read: false, why: 'not wanted' },
      { address: '+447700900202', status: 'retrieved', read: true, why: null },
    ] as const;
    const { call } = await serve({
      handsets: {
        list: (question) => {
          assert.deepEqual(question, { number, box: 'out', max: 5 });
          return Promise.resolve(E.right([{ ...entry, state: 'sent', recipients }]));
        },
      },
    });
    const { json } = await call('GET', `/mailbox/${number}/reports?max=5`);
    const { messageId } = entry;
    const submittedAt = new Date(now).toISOString();
    assert.deepEqual(json, { reports: [{ uid, messageId, submittedAt, recipients }] });
  });
});

describe('acting on a message', () => {
  it('says that it was read, or deleted unread', async () => {
    const { call, calls } = await serve();
    assert.deepEqual((await call('POST', `${messages}/${uid}/read`)).json, shown);
    await call('POST', `${messages}/${uid}/read`, {});
    await call('POST', `${messages}/${uid}/read`, { status: 'Deleted without being read' });
    assert.deepEqual(calls, [
      ['read', handset, uid, 'Read'],
      ['read', handset, uid, 'Read'],
      ['read', handset, uid, 'Deleted without being read'],
    ]);
    const { status, json } = await call('POST', `${messages}/${uid}/read`, { status: 'Seen' });
    assert.equal(status, 400);
    assert.equal(json['error'], 'body/status must be one of "Read", "Deleted without being read"');
  });

  it('rejects it', async () => {
    const { call, calls } = await serve();
    assert.equal((await call('POST', `${messages}/${uid}/reject`)).status, 200);
    assert.deepEqual(calls, [['reject', handset, uid]]);
  });

  it('answers each problem with its status', async () => {
    const expected: Readonly<Record<HandsetProblem['kind'], number>> = {
      malformed: 400,
      'not-allowed': 403,
      'not-found': 404,
      conflict: 409,
      gone: 410,
      'too-big': 413,
      unavailable: 503,
    };
    for (const [kind, code] of Object.entries(expected)) {
      const problem = { kind, message: `this is ${kind}` } as HandsetProblem;
      const { call } = await serve({ handsets: { reject: () => Promise.resolve(E.left(problem)) } });
      const { status, json } = await call('POST', `${messages}/${uid}/reject`);
      assert.deepEqual([status, json], [code, { error: problem.message }]);
    }
  });

  it('answers 500 when the engine breaks, and logs it without the number', async () => {
    const { call, logged } = await serve({
      handsets: { reject: () => Promise.reject(new Error('a mistake')) },
    });
    const { status, json } = await call('POST', `${messages}/${uid}/reject`);
    assert.equal(status, 500);
    assert.doesNotMatch(String(json['error']), /a mistake/);
    assert.equal(logged.length, 1);
    const text = JSON.stringify(logged);
    assert.match(text, /POST \/mailbox\/:number\/messages\/:uid\/reject.*a mistake/);
    assert.doesNotMatch(text, /447700900401/);
  });
});
