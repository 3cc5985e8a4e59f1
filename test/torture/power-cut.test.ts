import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFileSync, cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { verify } from '../backup/support.ts';
import { until } from '../e2e/support.ts';
import { startEngineProcess } from '../support/engine-process.ts';
import { needs } from '../support/needs.ts';
import { scriptedPeer } from '../support/scripted-peer.ts';
import { lostFrom, notArrived } from './after-damage.ts';
import { give, leaveBehind, toC, type Copy } from './left-behind.ts';
import { cutOff, type Sizes } from './cut-off.ts';

/** What may have become of the files that a mail without a 250 was on its way into. */
const outcomes: Readonly<Record<string, (directory: string, synced: Sizes) => void>> = {
  'as long as they were synced': (directory, synced) => {
    for (const [file, size] of synced) truncateSync(join(directory, file), size);
  },
  'with all that was written, and octets that nobody wrote': (directory, synced) => {
    for (const file of synced.keys()) appendFileSync(join(directory, file), randomBytes(1_000));
  },
};

const name = 'the power fails while a mail is written: what got a 250 is there and goes on';
test(name, needs('strace'), async (context) => {
  const left = await leaveBehind(context);
  const { copy, synced } = await cutOff(left.copy('stopped'));
  for (const [what, happens] of Object.entries(outcomes)) {
    await context.test(`files ${what}`, async () => {
      const [seen, mine] = [another(copy, `${what}-seen`), another(copy, what)];
      for (const { dataDir } of [seen, mine]) happens(dataDir, synced);
      const [before] = await Promise.all([verify(seen.dataDir), servesOn(mine)]);
      assert.equal(before.status, 0, before.damage.join('\n'));
      const after = await verify(mine.dataDir);
      assert.equal(after.status, 0, after.damage.join('\n'));
    });
  }

  /** All that waits comes to its partner, and so does a new mail whose content is put behind what was left. */
  async function servesOn(mine: Copy): Promise<void> {
    const engine = await startEngineProcess(mine.configFile);
    const partner = await scriptedPeer(left.waitedFor);
    try {
      const waiting = new Map(mine.waiting);
      await give(engine.port, 'after', toC, waiting);
      await until('all at the partner', () => notArrived({ waiting }, partner.mails).length === 0);
      assert.equal(await engine.stop(), 0);
      assert.deepEqual(await lostFrom({ ...mine, waiting }), []);
    } finally {
      await engine.kill();
      await partner.stop();
    }
  }
});

function another(copy: Copy, what: string): Copy {
  const dataDir = `${copy.dataDir}-${what.replaceAll(/\W+/g, '-')}`;
  cpSync(copy.dataDir, dataDir, { recursive: true });
  const configFile = `${dataDir}.yaml`;
  writeFileSync(configFile, readFileSync(copy.configFile, 'utf8').replace(copy.dataDir, dataDir));
  return { ...copy, dataDir, configFile };
}
