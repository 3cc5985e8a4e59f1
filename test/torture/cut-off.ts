import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { forward, mail, until } from '../e2e/support.ts';
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
/** Lets an engine take mail in, and kills it while one more is written and not synced. Needs strace. */
export async function cutOff(copy: Copy): Promise<CutOff> {
  const engine = await startEngineProcess(copy.configFile);
  try {
    // The first look at the partner that is not there is recorded; those after it are not.
    await until('the route down', () => engine.log.some(({ msg }) => msg === 'route down'));
    const waiting = new Map(copy.waiting);
    for (let count = 0; count < messagesEach; count += 1)
      await give(engine.port, `cut-${count}`, toC, waiting);
    const [synced, mark] = [sizesOf(copy.dataDir), markOf(copy.dataDir)];
    const holder = await holdSyncs(engine);
    const unanswered = mail(engine.port, forward('cut-off', { to: toC }), { to: [toC] });
    await until(
      'a body, a head and their keys written',
      () => [...sizesOf(copy.dataDir)].filter(([file, size]) => size > (synced.get(file) ?? 0)).length === 4,
    );
    await engine.kill();
    holder.kill();
    assert.equal(await unanswered, null);
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

/** Lets no sync of a process begin any more; resolves when that is so. */
async function holdSyncs({ pid }: EngineProcess): Promise<ChildProcess> {
  const held = ['-e', 'trace=fdatasync', '-e', 'inject=fdatasync:delay_enter=60s'];
  const strace = spawn('strace', ['-f', '-o', '/dev/null', ...held, '-p', String(pid)]);
  let said = '';
  strace.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until('strace', () => said.includes('attached'));
  return strace;
}
