import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { needs } from '../support/needs.ts';
import { documented, page, play, withoutChance } from './session.ts';

test('the sessions in docs/operate.md come out as they stand there', needs('curl'), async () => {
  const shown = documented(readFileSync(page, 'utf8'));
  assert.ok(shown.length > 15, 'the page has lost its sessions');
  const played = await play(shown.map(({ command }) => command));
  for (const [index, { command, output }] of shown.entries()) {
    const real = played[index]?.output ?? '';
    assert.equal(
      withoutChance(real),
      withoutChance(output),
      `$ ${command}\n(if this is as it should be, "node test/docs/session.ts" writes it into the page)`,
    );
  }
});
