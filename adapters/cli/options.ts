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

/** The one thing a command is about; none or several end the command with its usage line. */
export function theOne(what: string, positionals: readonly string[], usage: string): string {
  const [one] = positionals;
  if (one === undefined || positionals.length > 1) {
    throw new CommandError(`name one ${what}\nusage: ${usage}`, exitCodes.usage);
  }
  return one;
}
