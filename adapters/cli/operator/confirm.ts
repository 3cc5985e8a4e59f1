import { createInterface } from 'node:readline';

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
    throw new CommandError(
      `nothing was changed: say --yes to change ${preview.changed} messages`,
      exitCodes.usage,
    );
  }
  if (input.isTTY !== true) {
    throw new CommandError('nothing was changed: say --yes where nobody can be asked', exitCodes.usage);
  }
  output.write('do it? [y/N] ');
  for await (const line of createInterface({ input })) return /^y(es)?$/i.test(line.trim());
  return false;
}
