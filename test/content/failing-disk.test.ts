import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { readTrace, straceOf } from '../e2e/strace.ts';
import { needs } from '../support/needs.ts';
import { directoryOf } from './support.ts';

const child = fileURLToPath(new URL('./failing.child.ts', import.meta.url));

interface Said {
  readonly kind?: string;
  readonly message?: string;
  readonly ref?: string;
  readonly whole?: boolean;
}

/** Runs the child behind a command that makes its disk fail; gives what it said. It must end by itself and in order. */
function keepBehind(
  command: readonly string[],
  directory: string,
  sizes: readonly number[],
): readonly Said[] {
  const [program = '', ...before] = command;
  const { status, signal, stdout, stderr } = spawnSync(
    program,
    [...before, process.execPath, child, directory, ...sizes.map(String)],
    // One thread, so that the calls come in one order.
    { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '1' } },
  );
  assert.deepEqual({ status, signal }, { status: 0, signal: null }, stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Said);
}

/** strace makes these calls fail. */
function failing(directory: string, calls: string, how: string): readonly string[] {
  return [
    'strace',
    '-f',
    '-qq',
    '-o',
    join(directory, 'trace'),
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${calls}:${how}`,
  ];
}

function assertKept({ ref, whole }: Said, place: RegExp): void {
  assert.match(ref ?? '', place);
  assert.equal(whole, true);
}

describe('a disk that fails', () => {
  it('full: what fits is kept, what does not is unavailable', (test) => {
    const directory = directoryOf(test);
    // 64 blocks of 512 octets a file.
    const limited = ['sh', '-c', 'ulimit -f 64 && exec "$@"', 'sh'];
    const [small, large, other] = keepBehind(limited, directory, [20_000, 30_000, 1]);
    assertKept(small!, /^body\/2026-11-23-0\/0\+/);
    assert.equal(large!.kind, 'unavailable');
    assert.match(large!.message ?? '', /bodies\/2026-11-23-0\.seg: EFBIG.*; raise the file size limit/);
    assert.equal(other!.kind, 'unavailable');
  });

  it('full for a while: afterwards it goes on in the same segment', needs('strace'), (test) => {
    const directory = directoryOf(test);
    const [first, second] = keepBehind(
      failing(directory, 'pwritev,pwrite64', 'error=ENOSPC:when=1'),
      directory,
      [100, 200],
    );
    assert.equal(first!.kind, 'unavailable');
    assert.match(first!.message ?? '', /2026-11-23-0\.\w+: ENOSPC.*; free space on the disk of node.dataDir/);
    assertKept(second!, /^body\/2026-11-23-0\//);
  });

  it('syncs that failed: those files are never written again', needs('strace'), (test) => {
    const directory = directoryOf(test);
    const [first, second, third] = keepBehind(
      failing(directory, 'fdatasync', 'error=EIO:when=1..2'),
      directory,
      [100, 200, 300],
    );
    assert.equal(first!.kind, 'unavailable');
    assert.match(first!.message ?? '', /2026-11-23-0\.\w+: EIO.*; look into the kernel log/);
    assertKept(second!, /^body\/2026-11-23-1\/0\+200\/2026-11-23-1\.0$/);
    assertKept(third!, /^body\/2026-11-23-1\/\d+\+300\/2026-11-23-1\.1$/);
  });

  it('a folder that could not be synced: nothing is kept in it', needs('strace'), (test) => {
    const directory = directoryOf(test);
    const [first, second] = keepBehind(
      failing(directory, 'fsync', 'error=EIO:when=1'),
      directory,
      [100, 200],
    );
    assert.equal(first!.kind, 'unavailable');
    assertKept(second!, /^body\/2026-11-23-0\//);
  });
});

describe('a disk that works', () => {
  it(
    'has content, key and the folders that name them, synced, before the answer',
    needs('strace'),
    (test) => {
      const directory = directoryOf(test);
      const trace = join(directory, 'trace');
      const [only] = keepBehind(straceOf(trace), directory, [100]);
      assertKept(only!, /^body/);

      const calls = readTrace(trace);
      const answer = calls.find(({ name, text }) => name === 'write' && text.includes(only?.ref ?? ''));
      assert.ok(answer !== undefined, 'the answer was seen');
      const synced = calls
        .filter(
          ({ name, text, ended }) =>
            /^f(data)?sync$/.test(name) && text.endsWith('= 0') && ended < answer.began,
        )
        .map(({ name, on }) => `${name} ${on.replace(/^\d+<(.*)>$/, '$1').replace(directory, '.')}`);
      assert.deepEqual([...new Set(synced)].sort(), [
        'fdatasync ./bodies/2026-11-23-0.seg',
        'fdatasync ./keys/bodies-2026-11-23-0.keys',
        'fsync .',
        'fsync ./bodies',
        'fsync ./keys',
      ]);
    },
  );
});
