import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as E from 'fp-ts/lib/Either.js';

import { openStoreForReading } from '../../adapters/store-sqlite/store.ts';
import type { StoredEvent } from '../../domain/ports.ts';
import { RawClient } from '../smtp-in/raw-client.ts';
import { startEngineProcess, type EngineProcess } from '../support/engine-process.ts';
import { scriptedPeer, type ScriptedPeer } from '../support/scripted-peer.ts';
import { until } from '../support/until.ts';
import { eventOf, mail } from './interconnect.ts';
import { bodyOf, forward, numberOf } from './pdus.ts';

const certificate = (part: 'cert' | 'key'): string =>
  fileURLToPath(new URL(`../fixtures/tls/partner-${part}.pem`, import.meta.url));
const tls = {
  cert: readFileSync(certificate('cert'), 'utf8'),
  key: readFileSync(certificate('key'), 'utf8'),
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const passwords = { A: 'of A', B: 'of B', C: 'of C' };

interface Hub {
  readonly engine: EngineProcess;
  readonly peers: Readonly<Record<'b' | 'c', ScriptedPeer>>;
  events(): Promise<readonly StoredEvent[]>;
}

/**
 * A is known by login only, after TLS. B has a certificate and wants a login; its route says that TLS is required. C has no TLS, wants a
 * login in the old way, and its route takes what it gets.
 */
async function securedHub(context: TestContext, routeC: string): Promise<Hub> {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-tls-'));
  const dataDir = join(directory, 'data');
  const configFile = join(directory, 'config.yaml');
  const peers = {
    b: await scriptedPeer({ tls, offers: ['PIPELINING', '8BITMIME', 'AUTH PLAIN'] }),
    c: await scriptedPeer({ offers: ['8BITMIME', 'AUTH LOGIN'] }),
  };
  const partner = (name: 'b' | 'c', index: number, address: string, route: string): string => `
  - name: op-${name}
    vasps: [{ account: ${address}, mm4AckRouting: op-${name}-out }]
    routes: [{ account: op-${name}-out, recipients: ["+447700900${index}*"], server: "127.0.0.1:${peers[name].port}",
      domain: mmsc.op-${name}.example, login: hub, password: "\${PASSWORD_${name.toUpperCase()}}", ${route} }]`;
  writeFileSync(
    configFile,
    `node: { name: hub, domains: [mmsc.hub.example], dataDir: "${dataDir}" }
smtp: { listen: "127.0.0.1:0", tls: { cert: "${certificate('cert')}", key: "${certificate('key')}" } }
http: { listen: "127.0.0.1:0" }
subscribers: { masks: ["+4477009009*"] }
partners:
  - name: op-a
    domains: [mmsc.op-a.example]
    transit: [op-b-out, op-c-out]
    vasps: [{ account: operator-a, password: "\${PASSWORD_A}" }]${partner('b', 2, '127.0.0.3', 'tls: required')}${partner('c', 3, '127.0.0.4', routeC)}
`,
  );
  context.after(async () => {
    await peers.b.stop();
    await peers.c.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const environment = Object.entries(passwords).map(([name, password]) => `PASSWORD_${name}=${password}`);
  const engine = await startEngineProcess(configFile, [
    'env',
    `NODE_EXTRA_CA_CERTS=${certificate('cert')}`,
    ...environment,
  ]);
  context.after(() => engine.kill());
  const store = openStoreForReading(dataDir);
  context.after(() => store.close());
  return {
    engine,
    peers,
    events: async () => {
      const page = await store.readFeed(null, { prefixes: ['mms-', 'partner-'], max: 1_000 })();
      assert.ok(E.isRight(page));
      return page.right.events;
    },
  };
}

async function secured(engine: EngineProcess): Promise<RawClient> {
  const client = await RawClient.connect(engine.port, '127.0.0.1', '127.0.0.2');
  await client.reply();
  const offers = await client.say('EHLO mmsc.op-a.example');
  assert.match(offers, /STARTTLS/);
  assert.doesNotMatch(offers, /AUTH/, 'no password crosses the network readable');
  assert.match(await client.say('MAIL FROM:<+447700900101@mmsc.op-a.example>'), /^530 /);
  assert.match(await client.say('STARTTLS'), /^220 /);
  await client.startTls();
  assert.match(await client.say('EHLO mmsc.op-a.example'), /AUTH PLAIN LOGIN/);
  return client;
}

/** A's two ways to log in. */
const logins = {
  PLAIN: async (client: RawClient, password: string) =>
    client.say(`AUTH PLAIN ${base64(`\0operator-a\0${password}`)}`),
  LOGIN: async (client: RawClient, password: string) => {
    await client.say('AUTH LOGIN');
    await client.say(base64('operator-a'));
    return client.say(base64(password));
  },
} as const;

test('a partner known by login only mails over TLS, and its messages leave by login, over TLS where the route requires it', async (context) => {
  const { engine, peers, events } = await securedHub(context, 'tls: opportunistic');
  for (const [mechanism, number] of [
    ['PLAIN', numberOf.b],
    ['LOGIN', numberOf.c],
  ] as const) {
    const client = await secured(engine);
    assert.match(await logins[mechanism](client, 'a wrong one'), /^535 /);
    assert.match(await client.say('MAIL FROM:<+447700900101@mmsc.op-a.example>'), /^530 /);
    assert.match(await logins[mechanism](client, passwords.A), /^235 /);
    const pdu = forward({ from: 'a', to: [number], messageId: `by-${mechanism}@mmsc.op-a.example` });
    assert.match(await mail(client, pdu), /^250 /);
    client.end();
  }
  await until('both at their partners', () => peers.b.mails.length + peers.c.mails.length === 2);
  for (const { mails } of Object.values(peers)) {
    assert.equal(bodyOf(mails[0]?.content ?? Buffer.alloc(0)).toString(), 'Greetings from the harbour\r\n');
  }
  assert.deepEqual(
    peers.b.commands.slice(0, 4).map((command) => command.split(' ', 1)[0]),
    ['EHLO', 'STARTTLS', 'EHLO', 'AUTH'],
  );
  assert.ok(peers.b.commands.includes(`AUTH PLAIN ${base64(`\0hub\0${passwords.B}`)}`));
  assert.deepEqual(peers.c.commands.slice(1, 4), ['AUTH LOGIN', base64('hub'), base64(passwords.C)]);

  const all = await until('both recorded', async () => {
    const found = await events();
    return found.filter(({ type }) => type === 'ForwardSent').length === 2 && found;
  });
  for (const event of all.map(eventOf)) {
    if (event.type === 'Received') {
      assert.match(event.session.tls ?? '', /^TLSv1/);
      assert.equal(event.session.login, 'operator-a');
    } else if (event.type === 'ForwardSent' && event.peer.route === 'op-b-out') {
      assert.match(event.peer.tls ?? '', /^TLSv1\.\d \w+$/, 'with a certificate that was verified');
    } else if (event.type === 'ForwardSent') {
      assert.equal(event.peer.tls, undefined);
    }
  }
  const log = JSON.stringify(engine.log) + JSON.stringify(all);
  for (const password of Object.values(passwords)) assert.ok(!log.includes(password), 'no password is told');
});

test('a route that requires TLS sends nothing to a partner without it, and says why', async (context) => {
  const { engine, peers, events } = await securedHub(context, 'tls: required');
  const client = await secured(engine);
  await logins.PLAIN(client, passwords.A);
  const pdu = forward({ from: 'a', to: [numberOf.c], messageId: 'waits@mmsc.op-a.example' });
  assert.match(await mail(client, pdu), /^250 /);
  client.end();
  const all = await until('the route being down', async () => {
    const found = await events();
    return found.some(({ type }) => type === 'RouteDown') && found;
  });
  assert.deepEqual(
    all.map(({ type }) => type),
    ['Received', 'Routed', 'RouteDown'],
    'the message waits and gets no events',
  );
  const down = await until('the log', () => engine.log.find(({ msg }) => msg === 'route down'));
  assert.equal(down['route'], 'op-c-out');
  assert.match(String(down['why']), /route op-c-out requires TLS with a valid certificate/);
  assert.equal(peers.c.mails.length, 0);
  assert.ok(!peers.c.commands.some((command) => command.startsWith('AUTH')), 'no password in the clear');
});
