import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { forward, sender, until } from '../e2e/support.ts';
import { startEngineProcess, type EngineProcess } from '../support/engine-process.ts';
import { give, messagesEach, toC, type Copy } from './left-behind.ts';

/** Octets of files that only grow, by their names in the data directory. */
export type Sizes = ReadonlyMap<string, number>;

export interface CutOff {
  readonly copy: Copy;
  /** When the last 250 had been read and nothing was under way: all of it had been synced by then. */
  readonly synced: Sizes;
}

const onlyGrow = /^(events\.db-wal|(bodies|heads|keys)\/.*)$/;
const partOfBody = `${'x'.repeat(98)}\r\n`.repeat(3_000);

/** Lets an engine take mail in, and kills it while one more is in the middle of its body. */
export async function cutOff(copy: Copy): Promise<CutOff> {
  const engine = await startEngineProcess(copy.configFile);
  try {
    // The first look at the partner that is not there is recorded; those after it are not.
    await until('the route down', () => engine.log.some(({ msg }) => msg === 'route down'));
    const waiting = new Map(copy.waiting);
    for (let count = 0; count < messagesEach; count += 1)
      await give(engine.port, `cut-${count}`, toC, waiting);
    const [synced, mark] = [sizesOf(copy.dataDir), markOf(copy.dataDir)];
    const hangUp = await beginMail(engine);
    await engine.kill();
    hangUp();
    assert.equal(markOf(copy.dataDir), mark, 'something else was recorded meanwhile');
    return { copy: { ...copy, waiting }, synced };
  } finally {
    await engine.kill();
  }
}

function sizesOf(directory: string): Sizes {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) =>
    onlyGrow.test(file),
  );
  assert.equal(files.length, 5, files.join(', '));
  return new Map(files.map((file) => [file, statSync(join(directory, file)).size]));
}

const markOf = (directory: string): string => readFileSync(join(directory, 'events.mark'), 'latin1');

/** Sends most of a mail, and waits until the engine has it. Gives how to hang up. */
async function beginMail({ port, log }: EngineProcess): Promise<() => void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const { http } = log.find(({ msg }) => msg === 'listening') ?? {};
  await once(socket, 'data');
  for (const line of ['EHLO test.example', `MAIL FROM:<${sender}>`, `RCPT TO:<${toC}>`, 'DATA']) {
    socket.write(`${line}\r\n`);
    const [reply] = (await once(socket, 'data')) as [Buffer];
    assert.match(reply.toString('latin1'), /^[23]/);
  }
  socket.write(forward('cut-off', { body: partOfBody, to: toC }), 'latin1');
  await until('the part of a mail', async () => {
    const text = await (await fetch(`http://${String(http)}/metrics`)).text();
    return Number(/^mm4_in_flight_bytes(?:\{.*\})? (\d+)/m.exec(text)?.[1]) >= partOfBody.length;
  });
  return () => socket.destroy();
}
