import { createInterface } from 'node:readline/promises';

import type { Preview } from '../../../engine/operator/operator.ts';
import { CommandError, exitCodes } from '../exit.ts';

/** Where the operator is asked. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Whether to go on after a preview. One message is asked about; what changes more, or is run by a script, must say `--yes`: nobody
 * means a thousand messages by pressing a key.
 */
export async function confirmed(
  preview: Pick<Preview, 'changed'>,
  yes: boolean,
  { input, output }: Terminal = { input: process.stdin, output: process.stdout },
): Promise<boolean> {
  if (yes) return true;
  if (preview.changed > 1) {
    throw new CommandError(`nothing was changed: say --yes to change ${preview.changed} messages`, exitCodes.usage);
  }
  if (input.isTTY !== true) {
    throw new CommandError('nothing was changed: say --yes where nobody can be asked', exitCodes.usage);
  }
  const lines = createInterface({ input, output });
  try {
    return /^y(es)?$/i.test((await lines.question('do it? [y/N] ')).trim());
  } finally {
    lines.close();
  }
}
