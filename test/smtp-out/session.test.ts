import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import type { OutgoingMail } from '../../domain/ports.ts';
import type { Script } from '../support/scripted-peer.ts';
import { certificate, dialogueOf, head, mailOf, recipient, send, sender, setting, until } from './support.ts';

describe('a session that is used again', () => {
  it('sends many mails over one connection, without RSET between them', async (t) => {
    const { peer, timers, session: open } = await setting(t);
    const session = await open();
    for (const text of ['one\r\n', 'two\r\n', 'three\r\n']) {
      assert.equal((await send(session, mailOf(text))).kind, 'sent');
      assert.ok(session.usable);
    }
    assert.equal(peer.connections, 1);
    assert.equal(peer.mails.length, 3);
    assert.ok(!peer.commands.includes('RSET'));
    assert.deepEqual(timers.running, []);
  });

  for (const at of ['mail', 'rcpt', 'data', 'dot'] as const) {
    for (const offers of [['PIPELINING'], []]) {
      it(`begins anew with RSET after a refusal at ${at}, ${offers[0] ?? 'one by one'}`, async (t) => {
        const script: Script = {
          [at]: (visit: number) => (visit === 0 ? { say: '451 4.3.0 later\r\n' } : undefined),
        };
        const { peer, session: open } = await setting(t, { script, offers });
        const session = await open();
        assert.equal((await send(session, mailOf('one\r\n'))).kind, 'refused');
        assert.equal((await send(session, mailOf('two\r\n'))).kind, 'sent');
        assert.equal(peer.connections, 1);
        assert.equal(peer.commands.filter((command) => command === 'RSET').length, 1);
        assert.deepEqual(peer.mails.at(-1)?.content, Buffer.concat([head, Buffer.from('two\r\n')]));
      });
    }
  }

  it('is given up when RSET is refused', async (t) => {
    const script: Script = { data: { say: '451 4.3.0 later\r\n' }, rset: { say: '500 what?\r\n' } };
    const { session: open } = await setting(t, { script });
    const session = await open();
    await send(session, mailOf('one\r\n'));
    const outcome = await send(session, mailOf('two\r\n'));
    assert.deepEqual([outcome.kind, session.usable], ['not-sent', false]);
  });

  for (const tls of ['none', 'opportunistic'] as const) {
    for (const how of ['close', 'reset'] as const) {
      it(`notices a ${how} while nothing is sent, tls ${tls}`, async (t) => {
        const { peer, session: open } = await setting(t, { tls: certificate });
        const session = await open({ tls });
        peer.drop(how);
        await until(() => !session.usable);
        const outcome = await send(session, mailOf('hello\r\n'));
        assert.deepEqual([outcome.kind, 'at' in outcome && outcome.at], ['not-sent', 'mail']);
      });
    }
  }

  for (const said of ['421 4.4.2 idle too long\r\n', '250 unasked\r\n', 'garbage\r\n']) {
    it(`is given up when the peer says unasked: ${said.trim()}`, async (t) => {
      const { peer, session: open } = await setting(t);
      const session = await open();
      await send(session, mailOf('hello\r\n'));
      peer.interject(said);
      await until(() => !session.usable);
      const outcome = await send(session, mailOf('hello\r\n'));
      assert.ok(outcome.kind === 'not-sent');
      assert.match(outcome.why, new RegExp(said.trim().slice(0, 3)));
    });
  }

  it('is given up when something follows the last reply of the handshake', async (t) => {
    const { session: open } = await setting(t, { script: { ehlo: { say: '250 mx\r\n421 4.3.2 bye\r\n' } } });
    const session = await open();
    await until(() => !session.usable);
    assert.equal((await send(session, mailOf('hello\r\n'))).kind, 'not-sent');
  });

  it('takes one mail at a time', async (t) => {
    const { session: open } = await setting(t);
    const session = await open();
    const first = send(session, mailOf('one\r\n'));
    assert.equal(session.usable, false);
    await assert.rejects(send(session, mailOf('two\r\n')), /one mail at a time/);
    assert.equal((await first).kind, 'sent');
  });
});

describe('MAIL', () => {
  const commandOf = async (
    t: Parameters<typeof setting>[0],
    offers: readonly string[],
    mail: OutgoingMail,
  ) => {
    const { peer, session: open } = await setting(t, { offers });
    assert.equal((await send(await open(), mail)).kind, 'sent');
    return peer.mails[0]?.mail;
  };

  it('states the size, and 8-bit content, where that is offered', async (t) => {
    const mail = mailOf('\xff\r\n', { eightBit: true });
    assert.equal(
      await commandOf(t, ['8bitmime', 'size 1000'], mail),
      `MAIL FROM:<${sender}> SIZE=${mail.size} BODY=8BITMIME`,
    );
  });

  it('states nothing that is not offered', async (t) => {
    assert.equal(
      await commandOf(t, ['X-SIZE', 'XYZ 8BITMIME'], mailOf('\xff\r\n', { eightBit: true })),
      `MAIL FROM:<${sender}>`,
    );
  });

  it('has a null reverse path', async (t) => {
    assert.equal(await commandOf(t, [], mailOf('', { mailFrom: '' })), 'MAIL FROM:<>');
  });

  for (const offers of [['SIZE', 'PIPELINING'], ['SIZE']]) {
    it(`is repeated once without parameters, offered ${offers.join(' ')}`, async (t) => {
      for (const code of [501, 503, 504, 555]) {
        const script: Script = {
          mail: (_, line) => (line.includes('SIZE=') ? { say: `${code} 5.5.4 what?\r\n` } : undefined),
        };
        const { peer, session: open } = await setting(t, { offers, script });
        assert.equal((await send(await open(), mailOf('hello\r\n'))).kind, 'sent');
        assert.equal(peer.connections, 1);
      }
    });
  }

  it('is not repeated twice', async (t) => {
    const { peer, session: open } = await setting(t, { script: { mail: { say: '501 5.5.4 what?\r\n' } } });
    const session = await open();
    const outcome = await send(session, mailOf('hello\r\n'));
    assert.ok(outcome.kind === 'refused' && outcome.reply.code === 501 && session.usable);
    assert.equal(peer.commands.filter((command) => command.startsWith('MAIL')).length, 2);
  });

  it('is not said at all above the size that the peer announced', async (t) => {
    const { peer, session: open } = await setting(t, { offers: ['SIZE 100'] });
    const session = await open();
    const outcome = await send(session, mailOf('x'.repeat(100)));
    assert.ok(outcome.kind === 'refused');
    assert.deepEqual(
      [outcome.at, outcome.reply.code, outcome.reply.enhanced, outcome.reply.ours],
      ['mail', 552, '5.3.4', true],
    );
    assert.match(outcome.reply.text, /announced limit of 100/);
    assert.equal(peer.commands.length, 1);
    assert.ok(session.usable);
  });

  it('SIZE 0 announces no limit', async (t) => {
    assert.match((await commandOf(t, ['SIZE 0'], mailOf('hello\r\n'))) ?? '', /SIZE=\d+$/);
  });
});

describe('addresses that would break out of their command', () => {
  const bad = [
    'a@b\r\nRSET',
    'a@b\nRSET',
    'a b@c',
    'a@b>',
    '<a@b',
    'a@b\0',
    'a@b\x7f',
    'ä@b',
    '',
    `${'a'.repeat(300)}@b`,
  ];
  for (const address of bad) {
    it(JSON.stringify(address.slice(0, 20)), async (t) => {
      const { peer, session: open } = await setting(t);
      const session = await open();
      const mails = [
        mailOf('', { rcptTo: [recipient, address] }),
        ...(address === '' ? [] : [mailOf('', { mailFrom: address })]),
      ];
      for (const mail of mails) {
        const outcome = await send(session, mail);
        assert.ok(outcome.kind === 'refused');
        assert.deepEqual(
          [outcome.reply.code, outcome.reply.enhanced, outcome.reply.ours],
          [553, '5.1.3', true],
        );
      }
      assert.equal(peer.commands.length, 1);
      assert.ok(session.usable);
    });
  }
});

describe('the dialogue', () => {
  it('has every line, but no content', async (t) => {
    const { peer, session: open } = await setting(t, { offers: ['PIPELINING'] });
    const session = await open();
    await send(session, mailOf('secret\r\n'));
    assert.deepEqual(dialogueOf(session), [
      'S: 220 mx.partner.test ESMTP',
      'C: EHLO out1.op-b.example',
      'S: 250-mx.partner.test',
      'S: 250 PIPELINING',
      `C: MAIL FROM:<${sender}>`,
      `C: RCPT TO:<${recipient}>`,
      'S: 250 2.1.0 ok',
      'S: 250 2.1.5 ok',
      'C: DATA',
      'S: 354 go on',
      `C: [header block ${head.length} octets, body 8 octets]`,
      'C: .',
      'S: 250 2.0.0 stored',
    ]);
    assert.deepEqual(dialogueOf(session), []);
    session.quit();
    await peer.reached('quit');
    assert.deepEqual(dialogueOf(session), ['C: QUIT']);
  });

  it('is bounded, and keeps its beginning and its end', async (t) => {
    const { session: open } = await setting(t, { offers: ['PIPELINING'] });
    const session = await open();
    await send(
      session,
      mailOf('', {
        rcptTo: Array.from({ length: 1_000 }, (_, i) => `+44770${i}/TYPE=PLMN@mmsc.op-a.example`),
      }),
    );
    const transcript = Buffer.from(session.takeDialogue());
    assert.ok(transcript.length < 33 * 1_024);
    assert.match(
      transcript.toString(),
      /^S: 220 [^]*\[\d+ lines left out\]\r\n[^]*S: 250 2\.0\.0 stored\r\n$/,
    );
  });
});

describe('quit', () => {
  it('is polite', async (t) => {
    const { peer, timers, session: open } = await setting(t);
    const session = await open();
    session.quit();
    assert.equal(session.usable, false);
    await peer.idle();
    assert.equal(peer.commands.at(-1), 'QUIT');
    await until(() => timers.running.length === 0);
    session.quit();
    assert.equal((await send(session, mailOf(''))).kind, 'not-sent');
  });

  it('does not wait for a peer that does not answer', async (t) => {
    const { peer, timers, session: open } = await setting(t, { script: { quit: { then: 'stall' } } });
    const session = await open();
    session.quit();
    await peer.reached('quit');
    assert.deepEqual(timers.running, [5_000]);
    timers.fire(5_000);
    await until(() => timers.running.length === 0);
  });

  it('lets the process end, whatever the peer does', async (t) => {
    const { peer } = await setting(t, { script: { quit: { then: 'stall' } } });
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('quit.child.ts', import.meta.url)), String(peer.port)],
      {
        stdio: 'inherit',
      },
    );
    t.after(() => child.kill());
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.equal(peer.commands.at(-1), 'QUIT');
  });

  it('breaks off a mail that is on its way', async (t) => {
    const { peer, session: open } = await setting(t, { script: { data: { then: 'stall' } } });
    const session = await open();
    const outcome = send(session, mailOf('hello\r\n'));
    await peer.reached('data');
    session.quit();
    assert.equal((await outcome).kind, 'not-sent');
  });
});
