import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { copyGrown, makeFolder, syncFolders } from './files.ts';
import { allFolders, BackupRefused, eventsName, readManifest, type Manifest } from './manifest.ts';

/**
 * Copies a backup into an empty data directory. The events come last and at once: a restore that was broken off leaves no store that
 * an engine could go on with.
 *
 * @param lock holds the directory against engines, and throws if one runs on it
 * @throws BackupRefused if the backup is not complete, or `dataDir` is not empty
 */
export async function restoreBackup(
  backup: string,
  dataDir: string,
  lock: (directory: string) => { release(): void },
): Promise<Manifest> {
  const manifest = await readManifest(backup);
  await makeFolder(dataDir);
  const there = await readdir(dataDir);
  // Asked before the rest, so that a running engine is named as the reason.
  const held = lock(dataDir);
  try {
    if (there.length > 0) {
      const some = there.slice(0, 3).join(', ');
      throw new BackupRefused(
        `${dataDir} is not empty (${some}): move what is in it away, then restore again`,
      );
    }
    const part = `${eventsName}.part`;
    for (const { path } of manifest.files) {
      await copyGrown(join(backup, path), join(dataDir, path === eventsName ? part : path));
    }
    await syncFolders(dataDir, allFolders);
    await rename(join(dataDir, part), join(dataDir, eventsName));
    await syncFolders(dataDir, []);
    return manifest;
  } finally {
    held.release();
  }
}
