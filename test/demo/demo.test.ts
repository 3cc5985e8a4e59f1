import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

function play(script: string): string {
  const demo = fileURLToPath(new URL(script, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [demo], {
    encoding: 'utf8',
    timeout: 110_000,
  });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  return stdout;
}

test('the demo: one engine, three partners, all six PDU types', { timeout: 120_000 }, () => {
  assert.match(play('./demo.ts'), /all six PDU types crossed the wire/);
});

test(
  'the demo: two engines with subscribers of their own, a third partner, and an operator',
  { timeout: 120_000 },
  () => {
    assert.match(play('./two-engines.ts'), /both sides tell the same story/);
  },
);
