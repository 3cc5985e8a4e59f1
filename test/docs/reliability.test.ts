import assert from 'node:assert/strict';
import { test } from 'node:test';

import { format } from 'prettier';

import { textOf } from '../architecture/sources.ts';
import { foundBugs, foundTable } from '../found/found.ts';

test('each bug that was found has a spec that would find it again', () => {
  const without = foundBugs.filter(({ spec: [file, title] }) => !textOf(file).includes(title));
  assert.deepEqual(
    without.map(({ spec }) => spec.join(': ')),
    [],
  );
});

test('docs/reliability.md lists them all', async () => {
  const listed = /<!-- found -->\n([^]*)<!-- \/found -->/.exec(textOf('docs/reliability.md'))?.[1] ?? '';
  const table = await format(foundTable(), { parser: 'markdown', printWidth: 130 });
  assert.equal(listed.trim(), table.trim(), 'npm run simulate -- --seed 1 --record writes it');
});
