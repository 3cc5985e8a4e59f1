import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const main = 'adapters/cli/main.ts';

test('a command that is not there is wrong usage, and the others are shown', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'fly'], { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^mm4: there is no command "fly"\n/);
  assert.match(stderr, /^ {2}why +Why a message/m);
});
