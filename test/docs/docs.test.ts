import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

import { commands } from '../../adapters/cli/commands.ts';

const pages = ['README.md', 'ARCHITECTURE.md', ...globSync('docs/*.md')];
const main = 'adapters/cli/main.ts';

function mm4(...args: readonly string[]): { status: number | null; stdout: string } {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
}

test('every link in the docs leads somewhere', () => {
  for (const page of pages) {
    for (const [, link = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)\)/g)) {
      assert.ok(existsSync(join(dirname(page), link)), `${page}: ${link}`);
    }
  }
});

test('every command the docs show exists, and every command is in the docs', () => {
  const text = pages.map((page) => readFileSync(page, 'utf8')).join('\n');
  const shown = new Set([...text.matchAll(/mm4 -- ([a-z-]+)/g)].map(([, name]) => name));
  const known = commands.map(({ name }) => name);
  for (const name of shown)
    assert.ok(name !== undefined && known.includes(name), `the docs show mm4 ${name ?? ''}`);
  for (const name of known)
    assert.ok(shown.has(name) || name === 'serve', `the docs do not show mm4 ${name}`);
});

test('the configuration in the README can be used', () => {
  const [, yaml = ''] = /```yaml\n(.*?)```/s.exec(readFileSync('README.md', 'utf8')) ?? [];
  const file = join(mkdtempSync(join(tmpdir(), 'mm4-docs-')), 'readme.yaml');
  writeFileSync(file, yaml);
  const { status, stdout } = mm4('check-config', file);
  assert.equal(status, 0);
  assert.match(stdout, /2 partners, 2 routes/);
});

test('the PDU that the README decodes decodes', () => {
  const { status, stdout } = mm4('decode', 'test/corpus/02-forward-res-ok.eml');
  assert.equal(status, 0);
  assert.equal((JSON.parse(stdout) as { messageType: string }).messageType, 'MM4_forward.RES');
});

test('each command has its usage and an example', async () => {
  for (const { name, load } of commands) {
    const command = await load();
    assert.equal(command.name, name);
    assert.match(command.usage, new RegExp(`^mm4 ${name}( |$)`));
    assert.match(command.example, new RegExp(`^mm4 ${name}( |$)`, 'm'));
  }
});

test('help shows them', () => {
  const overview = mm4('help').stdout;
  for (const { name } of commands) assert.match(overview, new RegExp(`^  ${name} +[A-Z]`, 'm'));
  const { status, stdout } = mm4('help', 'hold');
  assert.equal(status, 0);
  assert.match(stdout, /usage: mm4 hold .*example:\n {2}mm4 hold /s);
});
