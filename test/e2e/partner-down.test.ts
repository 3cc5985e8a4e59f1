import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';

import { mm4 } from '../support/engine-process.ts';
import { until } from '../support/until.ts';
import { interconnect, type Interconnect } from './interconnect.ts';
import { bodyOf, forward, header, numberOf } from './pdus.ts';

const messages = 5;
const ids = (to: 'b' | 'c'): readonly string[] =>
  Array.from({ length: messages }, (_, count) => `down-${to}-${count}@mmsc.op-a.example`);

interface RouteLine {
  readonly route: string;
  readonly state: string;
  readonly nextProbe: number | null;
  readonly waiting: { readonly forwards: number };
}

test('a partner that is down stops nobody else, and its messages wait without events', async (context) => {
  const hub = await interconnect(context, { httpPort: await freePort() });
  await hub.goAway('b');
  for (const to of ['b', 'c'] as const) {
    for (const messageId of ids(to)) {
      assert.match(await hub.send('a', forward({ from: 'a', to: [numberOf[to]], messageId })), /^250 /);
    }
  }
  for (const id of ids('c')) await hub.eventually(id, 'ForwardSent');

  const down = await until('the route being down', () => {
    const route = routeOf(hub, 'op-b-out');
    return route.state === 'down' && route;
  });
  assert.equal(down.waiting.forwards, messages);
  assert.match(mm4('partners', '--config', hub.configFile), /op-b-out .*down .*waiting 5 forwards/);
  assert.deepEqual(
    (await hub.stream('partner-op-b')).map(({ type }) => type),
    ['RouteDown'],
  );

  const before = await revisions(hub);
  for (let probes = 0, last = down.nextProbe; probes < 2; probes += 1) {
    last = await until('a probe', () => {
      const { nextProbe } = routeOf(hub, 'op-b-out');
      return nextProbe !== last && nextProbe !== null && nextProbe;
    });
  }
  assert.deepEqual(await revisions(hub), before, 'nothing is written while a message waits for its route');
  assert.deepEqual(
    before,
    ids('b').map(() => ['Received', 'Routed']),
  );

  // Others go on all the while, and a new message for the partner is taken and waits as well.
  const late = 'down-late@mmsc.op-a.example';
  const both = forward({ from: 'a', to: [numberOf.b, numberOf.c], messageId: late });
  assert.match(await hub.send('a', both), /^250 /);
  await hub.eventually(late, 'ForwardSent');

  await hub.comeBack('b');
  for (const id of [...ids('b'), late]) {
    const { content } = await hub.mailTo(
      'b',
      (mail) => header(mail.content, 'X-Mms-Message-ID') === `"${id}"`,
    );
    assert.equal(bodyOf(content).toString(), 'Greetings from the harbour\r\n');
  }
  await hub.eventually(late, 'ForwardSent', 2);
  assert.equal(hub.peers.b.mails.length, messages + 1, 'each of them once');
  assert.equal(hub.peers.c.mails.length, messages + 1);
  assert.deepEqual(
    (await hub.stream('partner-op-b')).map(({ type }) => type),
    ['RouteDown', 'RouteUp'],
  );
  await until('the route being up', () => routeOf(hub, 'op-b-out').state === 'up');
});

test('what waits for a partner that is down is delivered by the next engine', async (context) => {
  const hub = await interconnect(context);
  await hub.goAway('b');
  const messageId = 'down-restart@mmsc.op-a.example';
  assert.match(await hub.send('a', forward({ from: 'a', to: [numberOf.b], messageId })), /^250 /);
  assert.equal(await hub.engine.stop(), 0, 'a stop does not wait for a partner that is down');
  await hub.comeBack('b');
  await hub.restart();
  await hub.eventually(messageId, 'ForwardSent');
  assert.equal(hub.peers.b.mails.length, 1);
});

test('a partner that takes connections and says nothing stops nobody else', async (context) => {
  const hub = await interconnect(context, { scripts: { b: { greeting: { then: 'stall' } } } });
  for (const to of ['b', 'c'] as const) {
    for (const messageId of ids(to)) {
      assert.match(await hub.send('a', forward({ from: 'a', to: [numberOf[to]], messageId })), /^250 /);
    }
  }
  await hub.peers.b.reached('greeting');
  for (const id of ids('c')) await hub.eventually(id, 'ForwardSent');
  assert.deepEqual(
    await revisions(hub),
    ids('b').map(() => ['Received', 'Routed']),
  );
});

function routeOf(hub: Interconnect, name: string): RouteLine {
  const { live, routes } = JSON.parse(mm4('partners', '--json', '--config', hub.configFile)) as {
    readonly live: boolean;
    readonly routes: readonly RouteLine[];
  };
  assert.ok(live);
  const route = routes.find((each) => each.route === name);
  assert.ok(route !== undefined);
  return route;
}

/** What stands in the streams of the messages that wait. */
async function revisions(hub: Interconnect): Promise<readonly (readonly string[])[]> {
  return Promise.all(ids('b').map(async (id) => (await hub.events(id)).map(({ type }) => type)));
}

/** For what has to be in the configuration because another process looks for it there. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
