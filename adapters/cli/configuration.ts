import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import * as E from 'fp-ts/lib/Either.js';

import type { Configuration } from '../../domain/configuration.ts';
import { loadConfiguration } from '../config/load.ts';
import { formatProblems } from '../config/problems.ts';
import { CommandError, exitCodes } from './exit.ts';

/** The example that `npm start` runs on. */
export const exampleFile = fileURLToPath(new URL('../../config/example.yaml', import.meta.url));

/** The file that an option, MM4_CONFIG or neither of them names. */
export function configurationFile(file: string | undefined): string {
  return file ?? process.env['MM4_CONFIG'] ?? exampleFile;
}

/** Reads and checks a configuration; all its errors end the command at once, its warnings go to stderr. */
export function readConfiguration(file: string | undefined): Configuration {
  const name = configurationFile(file);
  const loaded = loadConfiguration(readText(name), process.env);
  if (E.isLeft(loaded)) {
    throw new CommandError(`${name} cannot be used:\n${formatProblems(loaded.left, name)}`, exitCodes.usage);
  }
  const { configuration, warnings } = loaded.right;
  if (warnings.length > 0) process.stderr.write(`${formatProblems(warnings, name)}\n`);
  return configuration;
}

export function readText(name: string): string {
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`the configuration cannot be read: ${why}`, exitCodes.usage);
  }
}
