import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { smtpTransport } from '../../adapters/smtp-out/transport.ts';
import type { MailSession } from '../../domain/ports.ts';
import { manualTimers } from '../support/manual-timers.ts';
import { scriptedPeer } from '../support/scripted-peer.ts';
import { dialect, mailOf, routeTo, send } from './support.ts';

test('what is broken off while the reply to its final dot is awaited may have got through; idle sessions stay', async (t) => {
  const peer = await scriptedPeer({
    script: { dot: (visit) => (visit === 0 ? { then: 'stall' } : undefined) },
  });
  t.after(() => peer.stop());
  const transport = smtpTransport({ ehloName: 'out1.op-b.example', timers: manualTimers() });
  const session = async (): Promise<MailSession> => {
    const opened = await transport.open(routeTo(peer), dialect, 'forwards')();
    if (E.isLeft(opened)) throw new Error(opened.left.why);
    t.after(() => opened.right.quit());
    return opened.right;
  };
  const [idle, busy] = [await session(), await session()];
  const sending = send(busy, mailOf('one\r\n'));
  await peer.reached('dot');
  assert.equal((await send(idle, mailOf('two\r\n'))).kind, 'sent');
  transport.breakOff();
  assert.equal((await sending).kind, 'unknown');
  assert.deepEqual([idle.usable, busy.usable], [true, false]);
});
