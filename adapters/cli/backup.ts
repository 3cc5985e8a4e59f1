import { BackupRefused } from '../backup/manifest.ts';
import { takeBackup } from '../backup/backup.ts';
import { systemClock } from '../runtime/runtime.ts';
import { copyEvents } from '../store-sqlite/copy.ts';
import { storeExists } from '../store-sqlite/store.ts';
import { StoreRefused } from '../store-sqlite/trouble.ts';
import type { Command } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { CommandError, exitCodes } from './exit.ts';
import { parseOptions } from './options.ts';

const usage = 'mm4 backup DIR [--config FILE]';

export const backupCommand: Command = {
  name: 'backup',
  usage,
  summary: 'Copies events, sealed content and keys into a directory, while the engine runs or not.',
  details:
    'DIR is new or empty. It ends with manifest.json: a directory without one is no complete backup. What is derived (projections.db) is\n' +
    'left out. The keys are in DIR/keys: who has them and the segments can read what was sent, so keep DIR as safe as node.dataDir.',
  example: 'mm4 backup backup-2026-11-24 --config config/example.yaml',
  run: async (args) => {
    const { values, positionals } = parseOptions(args, { config: { type: 'string' } }, usage);
    const [target] = positionals;
    if (target === undefined || positionals.length > 1) {
      throw new CommandError(`name one DIR\nusage: ${usage}`, exitCodes.usage);
    }
    const { dataDir } = readConfiguration(values.config).node;
    if (!storeExists(dataDir)) {
      throw new CommandError(`there is no event store in ${dataDir}: nothing to back up`, exitCodes.notFound);
    }
    const copy = (file: string): ReturnType<typeof copyEvents> => copyEvents(dataDir, file);
    const manifest = await orRefuse(takeBackup(dataDir, target, copy, () => systemClock.now()));
    const { streams, events, position } = manifest.events;
    const octets = manifest.files.reduce((sum, { size }) => sum + size, 0);
    process.stdout.write(
      `${target}: ${streams} streams, ${events} events up to position ${position ?? 0}, ${manifest.files.length} files, ${octets} octets\n`,
    );
    return exitCodes.done;
  },
};

/** What was refused is the operator's to change. */
export async function orRefuse<A>(doing: Promise<A>): Promise<A> {
  try {
    return await doing;
  } catch (error) {
    if (isForOperator(error)) throw new CommandError(error.message);
    throw error;
  }
}

/** Also a file or folder that could not be read or written, on either side: the system's own words name it. */
function isForOperator(error: unknown): error is Error {
  const isRefusal = error instanceof BackupRefused || error instanceof StoreRefused;
  return isRefusal || (error instanceof Error && 'syscall' in error);
}
