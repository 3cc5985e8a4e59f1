import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { site } from '../e2e/support.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('a reader that has seen enough is no error', async () => {
  const child = spawn(process.execPath, ['adapters/cli/main.ts', 'help'], { cwd: root });
  child.stdout.destroy();
  const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.equal(said, '');
  assert.equal(child.exitCode, 0);
});

test('a data directory that cannot be used is told in one line', async () => {
  await using place = site({ b: { host: '127.0.0.9', port: 9 } });
  // Where the directory should be there is a file.
  writeFileSync(join(place.directory, 'data'), '');
  const child = spawn(process.execPath, ['adapters/cli/main.ts', 'serve', '--config', place.configFile], {
    cwd: root,
  });
  const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.match(said, /^mm4: the data directory \S+ cannot be used \(EEXIST.*\): .* change node\.dataDir\n$/);
  assert.equal(child.exitCode, 4);
});

test('npm start gives SIGTERM on, so that what is in progress is finished', async () => {
  await using place = site({ b: { host: '127.0.0.9', port: 9 } });
  const child = spawn('npm', ['start', '--', '--config', place.configFile], { cwd: root, detached: true });
  try {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const listened = said.includes('"listening"');
      said += chunk.toString();
      if (!listened && said.includes('"listening"')) child.kill('SIGTERM');
    });
    await once(child, 'exit');
    assert.match(said, /"signal":"SIGTERM".*\n.*"stopped"/);
    assert.equal(child.exitCode, 0);
  } finally {
    killGroup(child.pid);
  }
});

/** Nothing is left behind, even of a start that went wrong. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
