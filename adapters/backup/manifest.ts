import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { filesIn, sizeOf, syncPath } from './files.ts';

/** What a backup holds. Written last: where there is one, the backup is complete. */
export interface Manifest {
  readonly format: 1;
  /** ISO 8601, when the events were copied. */
  readonly takenAt: string;
  readonly events: {
    /** The last position in the feed; null: no event yet. */
    readonly position: number | null;
    readonly streams: number;
    readonly events: number;
  };
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Why a backup or a restore cannot be made, and what to do. */
export class BackupRefused extends Error {}

export const eventsName = 'events.db';
/** Sealed content; only grows. */
export const contentFolders = ['bodies', 'heads'] as const;
export const keyFolder = 'keys';
export const allFolders = [...contentFolders, keyFolder] as const;

const manifestName = 'manifest.json';

/** Every file of a backup but the manifest, with its size. */
export async function listFiles(directory: string): Promise<Manifest['files']> {
  const paths = [eventsName];
  for (const folder of allFolders) {
    paths.push(...(await filesIn(join(directory, folder))).map((name) => join(folder, name)));
  }
  const sized = paths.map(async (path) => ({ path, size: (await sizeOf(join(directory, path))) ?? 0 }));
  return Promise.all(sized);
}

export async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  const path = join(directory, manifestName);
  await writeFile(`${path}.part`, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  await syncPath(`${path}.part`);
  await rename(`${path}.part`, path);
  await syncPath(directory);
}

/** The manifest of a complete backup whose files are all there. Throws `BackupRefused`. */
export async function readManifest(directory: string): Promise<Manifest> {
  const path = join(directory, manifestName);
  const text = await readFile(path, 'utf8').catch(() => {
    throw new BackupRefused(
      `${directory} holds no complete backup: there is no ${manifestName}; name another one`,
    );
  });
  const manifest = JSON.parse(text) as { readonly format: number };
  if (manifest.format !== 1) {
    throw new BackupRefused(
      `${path} has format ${manifest.format}, this program knows 1: restore with a newer version`,
    );
  }
  for (const { path: name, size } of (manifest as Manifest).files) {
    const found = await sizeOf(join(directory, name));
    if (found === size) continue;
    const what = found === null ? 'is missing' : `has ${found} octets instead of ${size}`;
    throw new BackupRefused(`${join(directory, name)} ${what}: this backup is damaged, take another one`);
  }
  return manifest as Manifest;
}
