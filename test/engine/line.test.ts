import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import type { MailSession, MailTransport, SessionFailure } from '../../domain/ports.ts';
import { liveContext } from '../../engine/live-context.ts';
import { openLine } from '../../engine/serve/line.ts';
import { configuration } from './world.ts';
import { memoryContext } from '../support/memory-engine.ts';

type Opened = E.Either<SessionFailure, MailSession>;

const refused: Opened = E.left({ at: 'greeting', why: '421 too many connections' });
const session: Opened = E.right({
  facts: { address: '192.0.2.2', port: 25, authenticated: false, eightBitMime: true },
  usable: true,
  send: () => Promise.reject(new Error('nothing is sent here')),
  takeDialogue: () => new Uint8Array(0),
  quit: () => undefined,
});

test('a probe that fails when another session has shown the line to be up meanwhile harms nobody', async () => {
  const { context: base, time } = memoryContext({ configuration: configuration() });
  const connects: ((opened: Opened) => void)[] = [];
  const transport: MailTransport = { open: () => () => new Promise((resolve) => connects.push(resolve)) };
  const { context } = liveContext({ ...base, transport });
  const target = context.routes.routes.get('op-b-out');
  assert.ok(target);
  const told: string[] = [];
  const line = openLine(context, target.partner, target.route, {
    down: () => told.push('down'),
    up: () => told.push('up'),
    heard: () => undefined,
  });
  const failures: unknown[] = [];
  const note = (error: unknown): void => void failures.push(error);
  process.on('unhandledRejection', note);

  const slow = line.session('forwards');
  const quick = line.session('answers');
  await time.settle();
  connects[1]?.(refused); // the partner takes one connection only: the line is "down", a probe is to follow
  assert.equal(await quick, null);
  connects[0]?.(session); // the one it takes is there now: the line is up
  assert.notEqual(await slow, null);
  await time.pass(1_000);
  connects[2]?.(refused); // the probe
  await time.settle();
  await time.settle();
  process.off('unhandledRejection', note);
  assert.deepEqual(failures, []);
  assert.equal(line.health().state, 'up');
  assert.deepEqual(told, ['down', 'up']);
  line.stop();
});
