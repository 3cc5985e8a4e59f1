import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { describe, it } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import type { Operation } from '../../adapters/http/options.ts';
import { now, reason, serve, uid } from '../http/support.ts';
import { configurationFile, mm4, start } from './support.ts';

const by = ['--by', 'ann'];
const hand = { by: 'ann', why: 'settled' };
const why = ['--why', 'settled', ...by];

async function engine(fakes: Parameters<typeof serve>[0] = {}) {
  const server = await serve(fakes);
  const { file } = configurationFile(server.port);
  return { ...server, file, run: (...args: string[]) => mm4([...args, '--config', file]) };
}

/** A port of 127.0.0.1 on which nobody listens any more. */
async function closedPort(): Promise<number> {
  const { port, close } = await serve();
  await close();
  return port;
}

describe('pausing and resuming a partner', () => {
  it('is told to the engine', async () => {
    const { run, calls } = await engine();
    const forGood = await run('pause', 'op-a', ...why);
    assert.deepEqual([forGood.status, forGood.stdout], [0, 'op-a is paused until "mm4 resume op-a"\n']);
    const resumed = await run('resume', 'op-a', ...why);
    assert.deepEqual([resumed.status, resumed.stdout], [0, 'forwards to op-a go on\n']);
    assert.deepEqual(calls, [
      ['pause', 'op-a', null, hand],
      ['resume', 'op-a', hand],
    ]);
  });

  it('for a time', async () => {
    const { run, calls } = await engine();
    const { stdout } = await run('pause', 'op-a', '--for', '30m', ...why);
    assert.deepEqual(calls, [['pause', 'op-a', now + 1_800_000, hand]]);
    assert.equal(stdout, 'op-a is paused until 2026-11-24 10:30:00.000\n');
  });

  it('says what is wrong', async () => {
    const { run } = await engine();
    const [wrong, unknown, nameless] = await Promise.all([
      run('pause', 'op-a', '--for', 'ever', ...why),
      run('pause', 'op-x', ...why),
      run('resume', ...why),
    ]);
    assert.equal(wrong.status, 2);
    assert.match(wrong.stderr, /--for: "ever" is not a duration; write a number and ms, s, m, h or d/);
    assert.deepEqual(
      [unknown.status, unknown.stderr],
      [3, 'mm4: there is no partner "op-x" in the configuration\n'],
    );
    assert.match(nameless.stderr, /name one partner\nusage: mm4 resume PARTNER/);
  });
});

describe('attach and reload', () => {
  it('gives an orphan to a message', async () => {
    const { run, calls } = await engine();
    const { status, stdout } = await run('attach', 'orphan-1', ...why);
    assert.deepEqual([status, stdout], [0, `attached to mms-${uid}\n`]);
    await run('attach', 'orphan-1', '--to', 'm1@mmsc.example', ...why);
    assert.deepEqual(calls, [
      ['attach', 'orphan-1', null, hand],
      ['attach', 'orphan-1', 'm1@mmsc.example', hand],
    ]);
  });

  it('prints what the new configuration changes, or why it cannot be used', async () => {
    const { run, calls } = await engine();
    const { stdout } = await run('reload');
    assert.equal(stdout, 'limits.expiry: 2d, was 3d\nin force: d1\n');
    assert.deepEqual(calls, [['reload', userInfo().username]]);
    const reload: Operation['reload'] = () => Promise.resolve(E.left('line 3: unknown key'));
    const refused = await (await engine({ operation: { reload } })).run('reload', ...by);
    assert.deepEqual([refused.status, refused.stderr], [1, 'mm4: line 3: unknown key\n']);
  });
});

describe('why', () => {
  it('prints each reason, with the line of the configuration that binds', async () => {
    const reasons = [
      { ...reason, configPath: 'partners[1].routes[0].rate', until: null, last: '421 busy\x07' },
      { ...reason, configPath: 'partners[1].routes[0].maxConnections', next: reason.since, last: null },
      { ...reason, configPath: null },
    ];
    const { file, run, calls } = await engine({ operator: { why: () => Promise.resolve(E.right(reasons)) } });
    const { status, stdout } = await run('why', 'op-b');
    assert.equal(status, 0);
    const lineOf = (key: string): number => readFileSync(file, 'utf8').split(key)[0]!.split('\n').length;
    const [rate, connections, third] = stdout.split(/^(?=forward)/m);
    assert.equal(
      rate,
      [
        'forward leg 1 by op-b-out',
        '  waits for  the route is down',
        '  since      2026-11-24 10:00:00.000',
        '  next       nothing by itself: an operator has to act',
        '  given up   never',
        `  set at     ${file}:${lineOf('rate: 5/s')} partners[1].routes[0].rate`,
        '  last heard 421 busy\\x07',
        '',
      ].join('\n'),
    );
    assert.match(
      connections ?? '',
      /next {7}2026-11-24 10:00:00.000\n {2}given up {3}2026-11-24 10:00:01.000\n/,
    );
    assert.ok(
      connections?.includes(
        `${file}:${lineOf('account: op-b-out')} partners[1].routes[0].maxConnections (not written: its default)`,
      ),
    );
    assert.ok(!third?.includes('set at'));
    assert.deepEqual(calls, []);
  });

  it('says that nothing is owed, or that nothing is known', async () => {
    const settled = await engine({ operator: { why: () => Promise.resolve(E.right([])) } });
    assert.equal((await settled.run('why', uid)).stdout, 'nothing is owed or awaited\n');
    const unknown = await engine({
      operator: { why: () => Promise.resolve(E.left('nothing is known as x')) },
    });
    const { status, stderr } = await unknown.run('why', 'x');
    assert.deepEqual([status, stderr], [3, 'mm4: nothing is known as x\n']);
  });
});

describe('trace', () => {
  /** A trace that a test feeds when somebody follows. */
  const followed = async () => {
    const { promise, resolve } = Promise.withResolvers<(line: object) => void>();
    const ended = Promise.withResolvers<null>();
    const trace: Operation['trace'] = (_partner, onLine) => {
      resolve(onLine);
      return () => ended.resolve(null);
    };
    return { ...(await engine({ operation: { trace } })), tell: promise, ended: ended.promise };
  };
  const line = { at: '2026-11-24T10:00:00.000Z', partner: 'op-a', connection: '7' };
  const rcpt = {
    ...line,
    direction: 'out',
    route: 'op-a-out',
    from: 'us',
    text: 'RCPT TO:<+447700900123/TYPE=PLMN@a>',
  };

  it('prints each line as it comes, numbers masked, until Ctrl-C', async () => {
    const { file, tell, ended } = await followed();
    const command = start(['trace', 'op-a', '--config', file]);
    await command.line('following the talk with op-a');
    (await tell)(rcpt);
    (await tell)({ ...line, direction: 'in', from: 'peer', text: '250-a\r\n250 b\x1b[2J' });
    await command.line('250 b');
    command.interrupt();
    await ended;
    assert.deepEqual(await command.ended, {
      status: 0,
      stderr: 'following the talk with op-a; Ctrl-C ends it\n',
      stdout: [
        '2026-11-24T10:00:00.000Z  out op-a-out 7 > RCPT TO:<+447…123/TYPE=PLMN@a>',
        '2026-11-24T10:00:00.000Z  in  7 < 250-a',
        '2026-11-24T10:00:00.000Z  in  7 < 250 b\\x1b[2J',
        '',
      ].join('\n'),
    });
  });

  it('shows numbers where that is asked for, and ends when the engine stops', async () => {
    const { file, tell, close } = await followed();
    const command = start(['trace', 'op-a', '--config', file], { MM4_LOG_NUMBERS: '1' });
    (await tell)(rcpt);
    assert.match(await command.line('RCPT'), /<\+447700900123\//);
    await close();
    const { status, stderr } = await command.ended;
    assert.equal(status, 4);
    assert.match(stderr, /the engine has ended the trace/);
  });
});

describe('the engine', () => {
  it('has to run for what changes it', async () => {
    const { file } = configurationFile(await closedPort());
    const ended = await Promise.all(
      [
        ['hold', uid, ...why, '--yes'],
        ['pause', 'op-a', ...why],
        ['attach', 'orphan-1', ...why],
        ['reload'],
        ['trace', 'op-a'],
      ].map((args) => mm4([...args, '--config', file])),
    );
    for (const { status, stderr } of ended) {
      assert.equal(status, 4);
      assert.match(
        stderr,
        /no engine runs on 127\.0\.0\.1:\d+: start it, this command (changes|follows) the running engine/,
      );
    }
  });

  it('is given the token, and says when it is the wrong one', async () => {
    const { port, calls } = await serve({ options: { token: 'right' } });
    const { file } = configurationFile(port, 'asked for');
    const run = (token: string) =>
      mm4(['resume', 'op-a', ...why, '--config', file], { MM4_HTTP_TOKEN: token });
    const [good, bad] = await Promise.all([run('right'), run('wrong')]);
    assert.deepEqual([good.status, calls.length], [0, 1]);
    assert.equal(bad.status, 1);
    assert.match(bad.stderr, /does not take this token: is http\.token the right one\?/);
  });
});
