import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { confirmed } from '../../adapters/cli/operator/confirm.ts';
import { preview, serve, uid } from '../http/support.ts';
import { configurationFile, mm4 } from './support.ts';

const why = ['--why', 'op-b is down'];

/** An engine's HTTP server, and a command that asks it. */
async function engine(fakes: Parameters<typeof serve>[0] = {}) {
  const server = await serve(fakes);
  const { file } = configurationFile(server.port);
  return { ...server, run: (...args: string[]) => mm4([...args, '--config', file]) };
}

describe('commands on messages', () => {
  it('show what would change, then do it, with who and why', async () => {
    const { run, calls } = await engine();
    const { status, stdout, stderr } = await run(
      ...[
        'reroute',
        '--route',
        'op-b-out',
        '--to',
        'op-c-out',
        '--even-if-sent',
        '--by',
        'ann',
        '--yes',
        ...why,
      ],
    );
    assert.deepEqual([status, stderr], [0, '']);
    assert.equal(
      stdout,
      [
        'reroute: 3 messages fit, 2 would change',
        '  1 not: it may have got through',
        `  mms-${uid}`,
        '  and 1 more',
        'done: 3 messages fit, 2 changed',
        '  1 not: it may have got through',
        '',
      ].join('\n'),
    );
    const command = { do: 'reroute', what: { route: 'op-b-out' }, to: 'op-c-out', evenIfSent: true };
    assert.deepEqual(calls, [
      ['preview', command],
      ['perform', command, { by: 'ann', why: 'op-b is down' }],
    ]);
  });

  it('select by id, partner, route and sender; whoever does not say who is the system user', async () => {
    const { run, calls } = await engine();
    for (const [args, command] of [
      [['hold', '<m1@mmsc.example>'], { do: 'hold', what: { id: '<m1@mmsc.example>' } }],
      [['release', '--partner', 'op-b'], { do: 'release', what: { partner: 'op-b' } }],
      [['resend', uid], { do: 'resend', what: { id: uid }, evenIfSent: false }],
      [['expire', '--sender', '+4477'], { do: 'expire', what: { senderPrefix: '+4477' } }],
      [['drop', '--route', 'r', '--sender', '+1'], { do: 'drop', what: { route: 'r', senderPrefix: '+1' } }],
    ] as const) {
      assert.equal((await run(...args, '--yes', ...why)).status, 0);
      assert.deepEqual(calls.splice(0), [
        ['preview', command],
        ['perform', command, { by: userInfo().username, why: 'op-b is down' }],
      ]);
    }
  });

  it('change nothing without --yes where more than one would change or nobody can be asked', async () => {
    const many = await engine();
    const refused = await many.run('drop', '--partner', 'op-b', ...why);
    assert.deepEqual(
      [refused.status, refused.stderr],
      [2, 'mm4: nothing was changed: say --yes to change 2 messages\n'],
    );
    assert.match(refused.stdout, /^drop: 3 messages fit, 2 would change\n/);
    const one = { ...preview, selected: 1, changed: 1, unchanged: [] };
    const single = await engine({ operator: { preview: () => Promise.resolve(E.right(one)) } });
    const alone = await single.run('drop', uid, ...why);
    assert.deepEqual(
      [alone.status, alone.stderr],
      [2, 'mm4: nothing was changed: say --yes where nobody can be asked\n'],
    );
    for (const { calls } of [many, single]) assert.ok(!calls.some(([name]) => name === 'perform'));
  });

  it('end with 3 when nothing fits, 1 when nothing would change', async () => {
    const unchanged = [{ why: 'it is closed', count: 1 }];
    for (const [told, status] of [
      [{ selected: 0, changed: 0, unchanged: [], sample: [] }, 3],
      [{ selected: 1, changed: 0, unchanged, sample: [] }, 1],
    ] as const) {
      const { run, calls } = await engine({ operator: { preview: () => Promise.resolve(E.right(told)) } });
      assert.equal((await run('expire', uid, '--yes', ...why)).status, status);
      assert.deepEqual(calls, []);
    }
  });

  it('say what is missing or does not belong there', async () => {
    const { run, calls } = await engine();
    const wrong = [
      [['hold', uid], /say why with --why TEXT/],
      [['hold', uid, '--why', ' '], /say why with --why TEXT/],
      [['hold', ...why], /say which messages: an ID, --partner, --route or --sender/],
      [['hold', uid, 'another', ...why], /name one ID/],
      [['reroute', uid, ...why], /say by which route with --to ROUTE/],
      [['hold', uid, '--to', 'x', ...why], /hold takes no --to/],
      [['drop', uid, '--even-if-sent', ...why], /drop takes no --even-if-sent/],
    ] as const;
    const ended = await Promise.all(wrong.map(([args]) => run(...args)));
    for (const [at, [, message]] of wrong.entries()) {
      assert.equal(ended[at]?.status, 2);
      assert.match(ended[at].stderr, message);
      assert.match(ended[at].stderr, /usage: mm4 (hold|drop|reroute) /);
    }
    assert.deepEqual(calls, []);
  });

  it('pass on what the engine says against it', async () => {
    const operator = {
      preview: () => Promise.resolve(E.left('there is no partner op-x: "mm4 partners" lists them')),
    };
    const { run } = await engine({ operator });
    const { status, stderr } = await run('hold', '--partner', 'op-x', ...why);
    assert.deepEqual([status, stderr], [1, 'mm4: there is no partner op-x: "mm4 partners" lists them\n']);
  });
});

describe('asking on a terminal', () => {
  const answering = async (answer: string): Promise<readonly [boolean, string]> => {
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const output = new PassThrough();
    input.end(answer);
    const done = await confirmed({ changed: 1 }, false, { input, output });
    return [done, String(output.read())];
  };

  it('goes on with y, and with nothing else', async () => {
    for (const answer of ['y\n', 'Y\n', ' yes \n']) assert.equal((await answering(answer))[0], true);
    for (const answer of ['\n', 'n\n', 'yeah\n', 'no\n', ''])
      assert.equal((await answering(answer))[0], false);
    assert.match((await answering('n\n'))[1], /^do it\? \[y\/N\] /);
  });

  it('does not ask about many, nor where --yes was said', async () => {
    const terminal = { input: Object.assign(new PassThrough(), { isTTY: true }), output: new PassThrough() };
    await assert.rejects(confirmed({ changed: 2 }, false, terminal), /say --yes to change 2 messages/);
    assert.equal(await confirmed({ changed: 2 }, true, terminal), true);
    assert.equal(terminal.output.read(), null);
  });
});
