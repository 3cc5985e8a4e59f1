import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startEngineProcess } from '../support/engine-process.ts';
import { until } from '../support/until.ts';
import { greeted, interconnect, mail, type Sendable } from './interconnect.ts';
import { forward, header, numberOf } from './pdus.ts';

/** No file of the engine's may grow beyond some megabytes: what a full disk does, without filling one. */
const limited = ['sh', '-c', 'ulimit -f 3000; exec "$@"', 'sh'];
const idOf = (count: number): string => `full-${count}@mmsc.op-a.example`;

function big(count: number): Sendable {
  const body = `\r\n${`${'x'.repeat(70)}\r\n`.repeat(4_000)}`;
  return forward({ from: 'a', to: [numberOf.b], messageId: idOf(count), body });
}

test('a disk that takes no more: 451, nothing half kept, and all that got a 250 goes on', async (context) => {
  const hub = await interconnect(context, { through: limited });
  let taken = 0;
  let reply = await hub.send('a', big(taken));
  while (reply.startsWith('250 ') && taken < 100) reply = await hub.send('a', big((taken += 1)));
  assert.match(reply, /^451 4\.3\.0 /);
  assert.ok(taken > 0);
  assert.deepEqual(await hub.events(idOf(taken)), []);
  assert.deepEqual(await hub.all('refused-'), []);
  // The log comes by a pipe of its own, and may be read after the reply.
  await until('the log', () => hub.engine.log.some(({ msg }) => msg === 'a PDU could not be kept'));
  await hub.engine.kill();

  const engine = await startEngineProcess(hub.configFile);
  context.after(() => engine.kill());
  const client = await greeted(engine.port, 'a');
  assert.match(await mail(client, big(taken)), /^250 /, 'the repeat is taken where there is room');
  client.end();
  for (let count = 0; count <= taken; count += 1) {
    await until(`message ${count} at B`, () =>
      hub.peers.b.mails.some(({ content }) => header(content, 'X-Mms-Message-ID') === `"${idOf(count)}"`),
    );
  }
});
