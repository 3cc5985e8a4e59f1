import type { Manifest } from '../backup/manifest.ts';
import { restoreBackup } from '../backup/restore.ts';
import { DirectoryInUse, lockDirectory } from '../store-sqlite/lock.ts';
import { openMark } from '../store-sqlite/mark.ts';
import { orRefuse } from './backup.ts';
import type { Command } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { CommandError, exitCodes } from './exit.ts';
import { parseOptions } from './options.ts';

const usage = 'mm4 restore DIR [--config FILE]';

export const restoreCommand: Command = {
  name: 'restore',
  usage,
  summary: 'Copies a backup into the empty data directory of the configuration.',
  details:
    'DIR was made by mm4 backup. Refused while an engine runs on node.dataDir or anything is in it. What happened after the backup is not\n' +
    'known to the restored store: messages that were sent since are sent again.',
  example: 'mm4 restore backup-2026-11-24 --config config/example.yaml',
  run: async (args) => {
    const { values, positionals } = parseOptions(args, { config: { type: 'string' } }, usage);
    const [backup] = positionals;
    if (backup === undefined || positionals.length > 1) {
      throw new CommandError(`name one DIR\nusage: ${usage}`, exitCodes.usage);
    }
    const { dataDir } = readConfiguration(values.config).node;
    const { takenAt, events } = await orRefuse(restore(backup, dataDir));
    process.stdout.write(
      `${dataDir}: ${events.streams} streams, ${events.events} events as of ${takenAt}; check it with mm4 verify, then start the engine\n`,
    );
    return exitCodes.done;
  },
};

async function restore(backup: string, dataDir: string): Promise<Manifest> {
  const manifest = await restoreBackup(backup, dataDir, lock);
  openMark(dataDir, manifest.events.position ?? 0).close();
  return manifest;
}

function lock(directory: string): { release(): void } {
  try {
    return lockDirectory(directory);
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
    throw new CommandError(error.message, exitCodes.unavailable);
  }
}
