import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { diskOf } from '../../adapters/runtime/disk.ts';
import { noon } from '../content/support.ts';
import { greeted } from '../e2e/interconnect.ts';
import { startEngineProcess } from '../support/engine-process.ts';
import { addressOf, agingEngine } from './support.ts';

const lookEvery = 5_000;
const aboutDisk = (line: string): boolean => line.includes('disk');

test('below limits.diskFloor MAIL is put off, with one alarm, until there is room', async (context) => {
  const { engine, setFree, timers, log } = await agingEngine(context, noon);
  const welcome = engine.reception.welcome(addressOf.a);
  assert.ok('visitor' in welcome);
  const mail = (): unknown => engine.reception.mail(welcome.visitor, '', undefined);
  const look = async (free: number): Promise<void> => {
    setFree(free);
    timers.fire(lookEvery);
    await timers.armed(lookEvery);
  };
  assert.equal(mail(), undefined);
  assert.equal(engine.diskProblem(), null);

  await look(2 ** 30);
  assert.equal(mail(), undefined, 'at the floor itself');
  await look(2 ** 30 - 1);
  await look(17);
  assert.deepEqual(mail(), {
    code: 452,
    enhanced: '4.3.1',
    text: 'no room for mail at the moment, try again later',
  });
  assert.match(engine.diskProblem() ?? '', /has 17 octets free, less than limits.diskFloor \(1073741824\)/);
  assert.deepEqual(log.filter(aboutDisk), ['error disk almost full: no mail is taken']);

  await look(2 ** 31);
  await look(2 ** 31);
  assert.equal(mail(), undefined);
  assert.equal(engine.diskProblem(), null);
  assert.deepEqual(log.filter(aboutDisk).slice(1), ['info there is room on the disk again']);
});

test('below it submissions are put off too', async (context) => {
  const { engine, setFree, timers } = await agingEngine(context, noon);
  const submit = () =>
    engine.handsets.submit({
      from: { number: '+447700900901', gateway: 'mailbox', address: '127.0.0.1' },
      to: ['+447700900902'],
      subject: '',
      parts: [{ type: 'text/plain', name: 'hello.txt', bytes: Buffer.from('Hello') }],
      deliveryReport: false,
      readReply: false,
      priority: 'Normal',
      messageClass: 'Personal',
      expiresIn: null,
      key: null,
    });
  assert.ok(E.isRight(await submit()));
  setFree(17);
  timers.fire(lookEvery);
  await timers.armed(lookEvery);
  const refused = await submit();
  assert.ok(E.isLeft(refused));
  assert.equal(refused.left.kind, 'unavailable');
});

test('partners and /readyz are told that the disk is almost full', async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-disk-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'config.yaml');
  writeFileSync(
    file,
    `node: { name: hub, domains: [mmsc.hub.example], dataDir: "${join(directory, 'data')}" }
smtp: { listen: "127.0.0.1:0" }
http: { listen: "127.0.0.1:0" }
limits: { diskFloor: 1000000GiB }
partners:
  - name: op-a
    vasps: [{ account: 127.0.0.2, mm4AckRouting: op-a-out }]
    routes: [{ account: op-a-out, recipients: ["+4477009001*"], server: "127.0.0.2:1", domain: mmsc.op-a.example }]
`,
  );
  const engine = await startEngineProcess(file);
  context.after(() => engine.kill());
  const client = await greeted(engine.port, 'a');
  assert.match(await client.say('MAIL FROM:<>'), /^452 4\.3\.1 /);
  client.end();
  const listening = engine.log.find(({ msg }) => msg === 'listening');
  const response = await fetch(`http://${String(listening?.['http'])}/readyz`);
  assert.equal(response.status, 503);
  assert.match(await response.text(), /octets free, less than limits\.diskFloor/);
});

test('the free space of a directory is that of its file system', async () => {
  const free = await diskOf(import.meta.dirname).free();
  assert.ok(Number.isInteger(free) && free > 0, String(free));
  await assert.rejects(diskOf('/nowhere/at/all').free(), /ENOENT/);
});
