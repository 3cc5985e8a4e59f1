import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

test('the demo: one engine, three partners, all six PDU types', { timeout: 120_000 }, () => {
  const demo = fileURLToPath(new URL('./demo.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [demo], {
    encoding: 'utf8',
    timeout: 110_000,
  });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  assert.match(stdout, /all six PDU types crossed the wire/);
});
