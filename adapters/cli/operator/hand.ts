import { userInfo } from 'node:os';

import type { Hand } from '../../../engine/operator/operator.ts';
import { CommandError, exitCodes } from '../exit.ts';

/** Options of every command that acts. */
export const handOptions = { why: { type: 'string' }, by: { type: 'string' } } as const;

/** Who acts and why; both go into the events. Whoever does not say who is the user of the operating system. */
export function handOf(values: { readonly why?: string; readonly by?: string }, usage: string): Hand {
  const { why = '', by = systemUser() } = values;
  if (why.trim() === '' || by.trim() === '') {
    throw new CommandError(
      `say why with --why TEXT; it goes into the record\nusage: ${usage}`,
      exitCodes.usage,
    );
  }
  return { by, why };
}

/** The name of the user who runs this, or its number where it has no name. */
export function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
