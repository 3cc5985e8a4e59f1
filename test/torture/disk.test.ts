import assert from 'node:assert/strict';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { forward, mail, until } from '../e2e/support.ts';
import { startEngineProcess } from '../support/engine-process.ts';
import { needs } from '../support/needs.ts';
import { scriptedPeer } from '../support/scripted-peer.ts';
import { notArrived, startOn } from './after-damage.ts';
import { leaveBehind, toC } from './left-behind.ts';
import { onMount, readOnly, small, verifyBeside, verifyThrough } from './mounts.ts';

test('a disk that cannot be written: a refusal with its reason', needs('unshare'), async (context) => {
  const left = await leaveBehind(context);
  for (const [what, mounting, says] of [
    [
      'read-only',
      readOnly,
      /(engine\.lock|events\.db) cannot be used \(.*\): let the user that runs the engine read and write node\.dataDir/,
    ],
    ['full', small('16k'), /cannot be used \(.*(full|I\/O).*\): .*(space|room)|cannot be used \(ENOSPC/],
  ] as const) {
    await context.test(what, async () => {
      const copy = left.copy('stopped');
      const made = await startOn(copy, left, () => true, onMount(copy.dataDir, mounting));
      assert.ok(made.kind === 'refused', 'it was served');
      assert.match(made.said.trimEnd(), says);
      assert.equal(made.said.trimEnd().split('\n').length, 1, made.said);
    });
  }
  for (const how of ['stopped', 'killed'] as const) {
    await context.test(`read-only: what was ${how} is verified all the same`, () => {
      const { dataDir } = left.copy(how);
      const { status, said } = verifyThrough(onMount(dataDir, readOnly), dataDir);
      assert.equal(status, 0, said);
      assert.match(said, /; projections: as the events make them; nothing is damaged$/m);
    });
  }
});

test(
  'a disk that fills up: mail is put off, and taken again when there is room',
  needs('unshare'),
  async (context) => {
    const left = await leaveBehind(context);
    const copy = left.copy('stopped');
    appendFileSync(copy.configFile, 'limits: { diskFloor: 1B }\n');
    const engine = await startEngineProcess(copy.configFile, onMount(copy.dataDir, small('6m')));
    context.after(() => engine.kill());
    const partner = await scriptedPeer(left.waitedFor);
    context.after(() => partner.stop());
    const inside = `/proc/${engine.pid}/root${copy.dataDir}`;
    const taken = new Map<string, string>();
    let count = 0;
    /** Anything but a 250 has to be a refusal for now. */
    const send = async (): Promise<boolean> => {
      const id = `disk-${(count += 1)}`;
      const body = `${`${id} `.repeat(2_000)}\r\n`;
      const reply = (await mail(engine.port, forward(id, { body, to: toC }), { to: [toC] })) ?? '';
      if (reply.startsWith('250 ')) taken.set(id, body);
      else assert.match(reply, /^45[12] /);
      return reply.startsWith('250 ');
    };

    assert.equal(await send(), true);
    const filler = join(inside, 'filler');
    const fill = (): void => {
      for (const size of [100_000, 1_000]) {
        try {
          for (;;) appendFileSync(filler, Buffer.alloc(size));
        } catch {
          continue;
        }
      }
    };
    await until('mail being put off', async () => {
      fill();
      return !(await send());
    });
    for (let again = 0; again < 3; again += 1) assert.equal(await send(), false);
    rmSync(filler);
    await until('mail being taken again', send);
    await until(
      'all that was taken at the partner',
      () => notArrived({ waiting: taken }, partner.mails).length === 0,
    );
    assert.ok(engine.running);
    const { status, said } = verifyBeside(engine.pid, copy.dataDir);
    assert.equal(status, 0, said);
    assert.equal(await engine.stop(), 0);
  },
);
