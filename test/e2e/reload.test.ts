import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import { until } from '../support/until.ts';
import { interconnect } from './interconnect.ts';
import { forward, numberOf } from './pdus.ts';

test('SIGHUP: a bad file changes nothing and says why; a good one is in force at once', async (context) => {
  const hub = await interconnect(context);
  const { configFile, engine } = hub;
  const before = readFileSync(configFile, 'utf8');
  const logged = (msg: string) => () => engine.log.find((line) => line.msg === msg);

  writeFileSync(configFile, before.replace('transit:', 'tranzit:'));
  process.kill(engine.pid, 'SIGHUP');
  const refused = await until('the refusal', logged('the configuration stays as it was'));
  assert.match(String(refused['why']), /unknown key "tranzit"; did you mean "transit"/);
  const number = numberOf.b.replace(/201$/, '277');
  const reply = async (id: string): Promise<string> =>
    hub.send('a', forward({ from: 'a', to: [number], messageId: id }));
  assert.match(await reply('m-1'), /^250 /);

  writeFileSync(configFile, before.replace('+4477009002*', '+44770090020*'));
  process.kill(engine.pid, 'SIGHUP');
  await until('the reload', logged('another configuration is in force'));
  assert.match(await reply('m-2'), /^550 5\.1\.1 /, 'that number is nobody’s now');
  const [changed] = (await hub.all('node-')).filter(({ type }) => type === 'ConfigurationChanged');
  assert.deepEqual((JSON.parse(changed?.data ?? '{}') as { changes: unknown }).changes, [
    'partners.op-b.routes.op-b-out.recipients',
  ]);
});
