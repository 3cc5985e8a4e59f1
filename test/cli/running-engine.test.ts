import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';

import { streamOf, uidOf } from '../../domain/mms/ids.ts';
import { interconnect } from '../e2e/interconnect.ts';
import { forward, numberOf, ours, system } from '../e2e/pdus.ts';
import { until } from '../support/until.ts';
import { serve } from '../http/support.ts';
import { mm4, start } from './support.ts';

const why = ['--why', 'a test', '--by', 'ann'];

/** Free again at once: the engine takes it. */
async function freePort(): Promise<number> {
  const { port, close } = await serve();
  await close();
  return port;
}

test('an operator acts on a running engine', async (context) => {
  const hub = await interconnect(context, { httpPort: await freePort() });
  const run = async (...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await mm4([...args, '--config', hub.configFile]);
    assert.equal(status, 0, `mm4 ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const id = 'waits@mmsc.op-a.example';
  const stream = streamOf(uidOf(id));

  await context.test('pauses a partner, and learns what a message for it waits for', async () => {
    assert.match(await run('pause', 'op-b', '--for', '1h', ...why), /^op-b is paused until 20/);
    assert.match(await hub.send('a', forward({ from: 'a', to: [numberOf.b], messageId: id })), /^250 /);
    const reason = await run('why', id);
    assert.match(
      reason,
      /^forward leg 1 \(\+447700900201\) by op-b-out\n {2}waits for {2}op-b is paused by ann: a test\n/,
    );
    assert.match(await run('why', 'op-b'), /^1 forwards of op-b-out\n/);
  });

  await context.test('holds, reroutes and sees it go the other way', async () => {
    assert.match(await run('hold', id, '--yes', ...why), /done: 1 message fits, 1 changed\n$/);
    assert.match(await run('why', id), /it is held by ann: a test/);
    assert.match(
      await run('release', '--partner', 'op-b', '--yes', ...why),
      /done: 1 message fits, 1 changed\n$/,
    );
    assert.match(
      await run('reroute', '--route', 'op-b-out', '--to', 'op-c-out', '--yes', ...why),
      /1 changed\n$/,
    );
    await hub.eventually(id, 'ForwardSent');
    assert.equal(hub.peers.c.mails.length, 1);
    const types = (await hub.events(id)).map(({ type }) => type);
    assert.deepEqual(types.slice(0, 5), ['Received', 'Routed', 'Held', 'Released', 'Rerouted']);
  });

  await context.test('resumes, and follows the talk', async () => {
    const trace = start(['trace', 'op-b', '--config', hub.configFile]);
    await trace.line('following the talk with op-b');
    await run('resume', 'op-b', ...why);
    const next = forward({ from: 'a', to: [numberOf.b], messageId: 'next@mmsc.op-a.example' });
    assert.match(await hub.send('a', next), /^250 /);
    assert.match(await trace.line('RCPT TO'), / out op-b-out .* > RCPT TO:<\+447…201\//);
    trace.interrupt();
    assert.equal((await trace.ended).status, 0);
  });

  await context.test('finds an orphan and attaches it', async () => {
    const res = system('c', ours, [
      ['X-Mms-Message-Type', 'MM4_forward.RES'],
      ['X-Mms-Transaction-ID', '"unheard-of"'],
      ['X-Mms-Message-ID', '"unheard-of@mmsc.op-c.example"'],
      ['X-Mms-Request-Status-Code', 'Ok'],
    ]);
    assert.match(await hub.send('c', res), /^250 /);
    const orphan = await until('the orphan', async () => {
      const { stdout } = await mm4(['orphans', '--partner', 'op-c', '--config', hub.configFile]);
      return /orphan-[0-9a-f-]+/.exec(stdout)?.[0];
    });
    assert.equal(await run('attach', orphan, '--to', id, ...why), `attached to ${stream}\n`);
    await until(
      'the attachment',
      async () =>
        (await run('orphans')).includes(`${orphan}  op-c`) &&
        (await run('orphans')).includes(`attached to ${stream}`),
    );
  });

  await context.test('reloads, and is told what the store knows when the engine has gone', async () => {
    writeFileSync(hub.configFile, `${readFileSync(hub.configFile, 'utf8')}\nlimits: { expiry: 2d }\n`);
    assert.match(await run('reload', '--by', 'ann'), /limits\.expiry.*\nin force: [0-9a-f]+\n$/);
    await hub.engine.stop();
    assert.match(
      await run('why', id),
      /^no engine is running; this is what the store tells\nmms-.*\n(next:|nothing is owed)/,
    );
    assert.match(await run('why', 'op-b'), /^no engine .*\nop-b +op-b-out /);
    assert.equal((await mm4(['resume', 'op-b', ...why, '--config', hub.configFile])).status, 4);
  });
});
