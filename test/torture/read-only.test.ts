import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';

import { verify } from '../backup/support.ts';
import { forward, mail, until } from '../e2e/support.ts';
import { startEngineProcess, type EngineProcess } from '../support/engine-process.ts';
import { needs } from '../support/needs.ts';
import { scriptedPeer } from '../support/scripted-peer.ts';
import { lostFrom, notArrived } from './after-damage.ts';
import { leaveBehind, toC, type LeftBehind } from './left-behind.ts';
import { copiedOut, onFileSystem, turnReadOnly, verifyBeside } from './mounts.ts';

const name = 'a disk that turns read-only: mail is put off; mounted anew and started again all goes on';
test(name, needs('mkfs.ext4'), async (context) => {
  const left = await leaveBehind(context);
  const copy = left.copy('stopped');
  appendFileSync(copy.configFile, 'limits: { diskFloor: 1B }\n');
  const mounted = onFileSystem(copy.dataDir);
  const start = async (): Promise<EngineProcess> => {
    const started = await startEngineProcess(copy.configFile, mounted);
    context.after(() => started.kill());
    return started;
  };
  const waiting = new Map(copy.waiting);
  const send = async (to: EngineProcess, id: string): Promise<string> => {
    const body = `${`${id} `.repeat(2_000)}\r\n`;
    const reply = (await mail(to.port, forward(id, { body, to: toC }), { to: [toC] })) ?? '';
    if (reply.startsWith('250 ')) waiting.set(id, body);
    return reply;
  };

  const first = await start();
  assert.match(await send(first, 'before'), /^250 /);
  assert.equal((await readiness(first)).status, 200);
  turnReadOnly(first.pid, copy.dataDir);
  for (const again of [1, 2]) assert.match(await send(first, `refused-${again}`), /^451 4\.3\.0 /);
  const { status, text } = await readiness(first);
  assert.equal(status, 503);
  assert.match(text, /events\.db cannot be written: /);
  await nothingGoesOut(left, first);
  const complaints = whyNot(first);
  assert.ok(complaints.length >= 3, complaints.join('\n'));
  for (const why of complaints) assert.match(why, /read-only|disk I\/O error/);
  const found = verifyBeside(first.pid, copy.dataDir);
  assert.equal(found.status, 0, found.said);
  assert.equal(await first.stop(), 0);

  const second = await start();
  assert.match(await send(second, 'after'), /^250 /);
  const partner = await scriptedPeer(left.waitedFor);
  context.after(() => partner.stop());
  await until('all at the partner', () => notArrived({ waiting }, partner.mails).length === 0);
  assert.equal(await second.stop(), 0);
  const dataDir = copiedOut(mounted, copy.dataDir);
  assert.deepEqual(await lostFrom({ ...copy, waiting, dataDir }), []);
  const whole = await verify(dataDir);
  assert.equal(whole.status, 0, whole.damage.join('\n'));
});

/** The partner is there again, and gets nothing whose sending cannot be recorded. */
async function nothingGoesOut(left: LeftBehind, engine: EngineProcess): Promise<void> {
  const partner = await scriptedPeer(left.waitedFor);
  try {
    await until('a look at the partner', () => engine.log.some(({ event }) => event === 'RouteUp'));
    assert.deepEqual(partner.mails, []);
  } finally {
    await partner.stop();
  }
}

/** The reasons of all errors in the log. */
function whyNot({ log }: EngineProcess): readonly string[] {
  return log.filter(({ level = 0 }) => level >= 50).map((line) => JSON.stringify(line['why'] ?? line));
}

async function readiness({ log }: EngineProcess): Promise<{ status: number; text: string }> {
  const { http } = log.find(({ msg }) => msg === 'listening') ?? {};
  const response = await fetch(`http://${String(http)}/readyz`);
  return { status: response.status, text: await response.text() };
}
