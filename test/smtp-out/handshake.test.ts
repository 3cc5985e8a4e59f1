import * as E from 'fp-ts/lib/Either.js';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SessionFailure, SmtpStep } from '../../domain/ports.ts';
import type { PeerStep, Play, Script } from '../support/scripted-peer.ts';
import { certificate, dialogueOf, mailOf, send, setting, timeouts, type Setting } from './support.ts';

async function failureOf(opened: ReturnType<Setting['open']>): Promise<SessionFailure> {
  const result = await opened;
  assert.ok(E.isLeft(result), 'a session was opened');
  return result.left;
}

const close: Play = { then: 'close' };
const reset: Play = { then: 'reset' };
const login = { login: 'op-b', password: 'sesame' };
const encoded = Buffer.from('\0op-b\0sesame').toString('base64');

describe('greeting and EHLO', () => {
  it('says its name, reads the extensions, states the facts', async (t) => {
    const { peer, session } = await setting(t);
    const { facts } = await session();
    assert.deepEqual(peer.commands, ['EHLO out1.op-b.example']);
    assert.deepEqual(facts, {
      address: '127.0.0.1',
      port: peer.port,
      authenticated: false,
      eightBitMime: true,
    });
  });

  it('falls back to HELO, and then uses no extension', async (t) => {
    const { peer, session: open } = await setting(t, { script: { ehlo: { say: '502 5.5.1 no\r\n' } } });
    const session = await open();
    assert.equal(session.facts.eightBitMime, false);
    assert.equal((await send(session, mailOf('\xff\r\n', { eightBit: true }))).kind, 'sent');
    assert.match(peer.mails[0]?.mail ?? '', /^MAIL FROM:<[^>]+>$/);
  });

  it('comes from the local address that it is given', async (t) => {
    const { peer, session } = await setting(t);
    await session({}, { localAddress: '127.0.0.7' });
    assert.deepEqual(peer.sources, ['127.0.0.7']);
  });
});

describe('a handshake that fails is a fact about the route', () => {
  const table: Record<string, { script: Script; at: SmtpStep; code?: number }> = {
    'closed at the greeting': { script: { greeting: close }, at: 'greeting' },
    'half a greeting': { script: { greeting: { say: '220-he', ...close } }, at: 'greeting' },
    'garbage at the greeting': { script: { greeting: { say: 'SSH-2.0-OpenSSH\r\n' } }, at: 'greeting' },
    '554 at the greeting': {
      script: { greeting: { say: '554 5.7.1 go away\r\n', ...close } },
      at: 'greeting',
      code: 554,
    },
    '421 at the greeting': {
      script: { greeting: { say: '421 4.3.2 later\r\n', ...close } },
      at: 'greeting',
      code: 421,
    },
    'closed at EHLO': { script: { ehlo: close }, at: 'ehlo' },
    'reset at EHLO': { script: { ehlo: reset }, at: 'ehlo' },
    '421 at EHLO': { script: { ehlo: { say: '421 4.3.2 later\r\n' } }, at: 'ehlo', code: 421 },
    'EHLO and HELO refused': {
      script: { ehlo: { say: '502 no\r\n' }, helo: { say: '550 no\r\n' } },
      at: 'ehlo',
      code: 550,
    },
    'a reply without end at EHLO': { script: { ehlo: { say: '250-more\r\n'.repeat(10_000) } }, at: 'ehlo' },
  };
  for (const [name, { script, at, code }] of Object.entries(table)) {
    it(`${name}: ${at} ${code ?? ''}`, async (t) => {
      const { timers, open } = await setting(t, { script });
      const failure = await failureOf(open());
      assert.equal(failure.at, at);
      assert.equal(failure.reply?.code, code);
      assert.equal(failure.credentials, undefined);
      assert.deepEqual(timers.running, []);
    });
  }

  it('reset at the greeting, which may come before we see the connection', async (t) => {
    const { open } = await setting(t, { script: { greeting: reset } });
    const failure = await failureOf(open());
    assert.ok(['connect', 'greeting'].includes(failure.at));
  });

  it('nobody listens', async (t) => {
    const { peer, open } = await setting(t);
    const failure = await failureOf(open({ server: { host: '127.0.0.9', port: peer.port } }));
    assert.equal(failure.at, 'connect');
    assert.match(failure.why, /127\.0\.0\.9:\d+: .*ECONNREFUSED/);
  });

  const stalls: readonly (readonly [PeerStep, SmtpStep])[] = [
    ['greeting', 'greeting'],
    ['ehlo', 'ehlo'],
    ['starttls', 'starttls'],
    ['tls', 'starttls'],
    ['auth', 'auth'],
  ];
  for (const [at, step] of stalls) {
    it(`the peer is silent at ${at}`, async (t) => {
      const { peer, timers, open } = await setting(t, {
        tls: certificate,
        script: { [at]: { then: 'stall' } },
      });
      const opened = open(login);
      await peer.reached(at);
      await timers.armed(timeouts[step]);
      timers.fire(timeouts[step]);
      const failure = await failureOf(opened);
      assert.equal(failure.at, step);
      assert.match(failure.why, /no answer within/);
    });
  }

  it('the connection does not come about in time', async (t) => {
    const { timers, open } = await setting(t);
    const opened = open();
    await timers.armed(timeouts.connect);
    timers.fire(timeouts.connect);
    assert.equal((await failureOf(opened)).at, 'connect');
  });
});

describe('STARTTLS', () => {
  it('none: is ignored', async (t) => {
    const { peer, session } = await setting(t, { tls: certificate });
    const { facts } = await session({ tls: 'none' });
    assert.equal(facts.tls, undefined);
    assert.ok(!peer.commands.includes('STARTTLS'));
  });

  it('opportunistic: any certificate will do, and the facts say so', async (t) => {
    const { peer, session: open } = await setting(t, { tls: certificate });
    const session = await open();
    assert.match(session.facts.tls ?? '', /^TLSv1\.3 TLS_\w+, certificate not verified$/);
    assert.ok(session.facts.eightBitMime);
    assert.equal((await send(session, mailOf('hello\r\n'))).kind, 'sent');
    assert.equal(peer.mails.length, 1);
  });

  it('opportunistic: a peer that refuses is spoken to in the clear, with what it offered there', async (t) => {
    const { session } = await setting(t, {
      tls: certificate,
      script: { starttls: { say: '454 4.7.0 not now\r\n' } },
    });
    const { facts } = await session();
    assert.equal(facts.tls, undefined);
    assert.ok(facts.eightBitMime);
  });

  it('opportunistic: no password is said to a peer that refuses', async (t) => {
    const { peer, open } = await setting(t, {
      tls: certificate,
      script: { starttls: { say: '454 4.7.0 not now\r\n' } },
    });
    const failure = await failureOf(open(login));
    assert.deepEqual([failure.at, failure.reply?.code], ['starttls', 454]);
    assert.ok(!peer.commands.some((command) => command.startsWith('AUTH')));
  });

  it('required: the certificate must be trusted', async (t) => {
    const { peer, session: open } = await setting(t, { tls: certificate });
    const session = await open({ tls: 'required' }, { tlsCa: [certificate.cert] });
    assert.match(session.facts.tls ?? '', /^TLSv1\.3 TLS_\w+$/);
    assert.equal((await send(session, mailOf('hello\r\n'))).kind, 'sent');
    assert.equal(peer.mails.length, 1);
  });

  it('required: a certificate that nobody vouches for is refused', async (t) => {
    const { open } = await setting(t, { tls: certificate });
    const failure = await failureOf(open({ tls: 'required' }));
    assert.equal(failure.at, 'starttls');
    assert.match(failure.why, /self-signed certificate.*tls: opportunistic/);
  });

  it('required: a certificate for another host is refused', async (t) => {
    const { open } = await setting(t, { tls: certificate, host: '127.0.0.2' });
    const failure = await failureOf(open({ tls: 'required' }, { tlsCa: [certificate.cert] }));
    assert.equal(failure.at, 'starttls');
    assert.match(failure.why, /127\.0\.0\.2.*not in the cert/);
  });

  it('required: must be offered', async (t) => {
    const { open } = await setting(t);
    assert.equal((await failureOf(open({ tls: 'required' }))).at, 'starttls');
  });

  for (const [name, play] of Object.entries({
    closed: close,
    reset,
    garbage: { say: 'no TLS here at all\r\n', then: 'close' } as const,
  })) {
    it(`${name} within the TLS handshake`, async (t) => {
      const { open } = await setting(t, { tls: certificate, script: { tls: play } });
      assert.equal((await failureOf(open())).at, 'starttls');
    });
  }
});

describe('AUTH', () => {
  it('PLAIN, also over TLS', async (t) => {
    const { peer, session: open } = await setting(t, { tls: certificate, offers: ['AUTH LOGIN PLAIN'] });
    const session = await open(login);
    assert.ok(session.facts.authenticated);
    assert.equal(peer.commands.at(-1), `AUTH PLAIN ${encoded}`);
    assert.ok(dialogueOf(session).includes('C: AUTH PLAIN [credentials]'));
  });

  it('LOGIN, with nothing secret in the dialogue', async (t) => {
    const { peer, session: open } = await setting(t, { offers: ['AUTH LOGIN'] });
    const session = await open(login);
    assert.ok(session.facts.authenticated);
    assert.deepEqual(peer.commands.slice(1), [
      'AUTH LOGIN',
      ...['op-b', 'sesame'].map((said) => Buffer.from(said).toString('base64')),
    ]);
    assert.deepEqual(
      dialogueOf(session).filter((line) => line.startsWith('C: ')),
      ['C: EHLO out1.op-b.example', 'C: AUTH LOGIN', 'C: [credentials]', 'C: [credentials]'],
    );
  });

  for (const code of [530, 534, 535, 538]) {
    it(`${code} stops the route`, async (t) => {
      const { open } = await setting(t, {
        offers: ['AUTH PLAIN'],
        script: { auth: { say: `${code} 5.7.8 no\r\n` } },
      });
      const failure = await failureOf(open(login));
      assert.deepEqual([failure.at, failure.credentials, failure.reply?.code], ['auth', true, code]);
      assert.match(failure.why, /check login and password of route op-a-out/);
    });
  }

  for (const code of [421, 454, 500, 503]) {
    it(`${code} does not mean that the login is wrong`, async (t) => {
      const { open } = await setting(t, {
        offers: ['AUTH PLAIN'],
        script: { auth: { say: `${code} 4.7.0 not now\r\n` } },
      });
      const failure = await failureOf(open(login));
      assert.deepEqual([failure.at, failure.credentials, failure.reply?.code], ['auth', undefined, code]);
    });
  }

  for (const [name, play] of Object.entries({
    closed: close,
    reset,
    'half a reply': { say: '235 wel', then: 'close' } as const,
  })) {
    it(`${name} at AUTH`, async (t) => {
      const { open } = await setting(t, { offers: ['AUTH PLAIN'], script: { auth: play } });
      const failure = await failureOf(open(login));
      assert.deepEqual([failure.at, failure.credentials], ['auth', undefined]);
    });
  }
});
