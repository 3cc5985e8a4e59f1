import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { format } from 'prettier';

const file = join(import.meta.dirname, '../../docs/reliability.md');

/** Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->` in docs/reliability.md: what a run came to is written by the run. */
export async function recordSection(name: string, markdown: string): Promise<void> {
  const text = readFileSync(file, 'utf8');
  const section = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (!section.test(text)) throw new Error(`docs/reliability.md has no section ${name}`);
  const written = text.replace(section, (_, begin: string, end: string) => `${begin}\n${markdown}\n\n${end}`);
  writeFileSync(file, await format(written, { parser: 'markdown', printWidth: 130 }));
}
