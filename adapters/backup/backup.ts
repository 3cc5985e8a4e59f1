import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { copyGrown, filesIn, makeFolder, sizeOf, syncFolders, syncPath } from './files.ts';
import {
  allFolders,
  BackupRefused,
  contentFolders,
  eventsName,
  keyFolder,
  listFiles,
  writeManifest,
  type Manifest,
} from './manifest.ts';

/**
 * Copies a data directory, also while an engine works on it, so that everything the copied events refer to is in the copy:
 *
 * 1. The segments and keys as they are. Most of the octets; what the engine drops from now on because it is old is kept here.
 * 2. The events, as one snapshot. What they refer to was synced before they were appended.
 * 3. What the segments have grown by, and the keys anew.
 * 4. The manifest, once all that is synced.
 *
 * @param copyEvents writes the events into the file it is given
 * @throws BackupRefused if `target` is there and not empty
 */
export async function takeBackup(
  source: string,
  target: string,
  copyEvents: (file: string) => Manifest['events'],
  now: () => number,
): Promise<Manifest> {
  await makeFolder(target);
  if ((await readdir(target)).length > 0) {
    throw new BackupRefused(`${target} is not empty: name a new directory, or an empty one`);
  }
  await copyFolders(source, target, allFolders);
  const takenAt = new Date(now()).toISOString();
  const events = copyEvents(join(target, eventsName));
  await syncPath(join(target, eventsName));
  await copyFolders(source, target, contentFolders);
  await copyAnew(join(source, keyFolder), join(target, keyFolder));
  await syncFolders(target, allFolders);
  const manifest: Manifest = { format: 1, takenAt, events, files: await listFiles(target) };
  await writeManifest(target, manifest);
  return manifest;
}

async function copyFolders(source: string, target: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (const name of await filesIn(join(source, folder))) {
      await copyGrown(join(source, folder, name), join(target, folder, name));
    }
  }
}

/** For files that change in place, as keys do that are destroyed. Of one that was dropped since, the copy stays. */
async function copyAnew(source: string, target: string): Promise<void> {
  for (const name of await filesIn(source)) {
    const part = join(target, `${name}.part`);
    await copyGrown(join(source, name), part);
    if (((await sizeOf(part)) ?? 0) > 0) await rename(part, join(target, name));
    else await rm(part, { force: true });
  }
}
