import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

import { CommandError, exitCodes } from './exit.ts';

/** Parses a command's options; what is wrong ends the command with its usage line. */
export function parseOptions<T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: T,
  usage: string,
): ReturnType<typeof parseArgs<{ options: T; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${message}\nusage: ${usage}`, exitCodes.usage);
  }
}
