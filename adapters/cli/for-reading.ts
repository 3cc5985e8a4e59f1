import { CommandError, exitCodes } from './exit.ts';

/** Opens what a data directory holds; what is not there, or not of this version, ends the command and says what to do. */
export function forReading<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), exitCodes.notFound);
  }
}
