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
  const manifest = parsed(text);
  if (manifest === null) throw notWhole(path, 'is no manifest');
  if (manifest.format !== 1) {
    throw new BackupRefused(
      `${path} has format ${manifest.format}, this program knows 1: restore with a newer version`,
    );
  }
  if (!isManifest(manifest)) throw notWhole(path, 'is no manifest');
  for (const { path: name, size } of manifest.files) {
    const found = await sizeOf(join(directory, name));
    if (found === size) continue;
    const what = found === null ? 'is missing' : `has ${found} octets instead of ${size}`;
    throw notWhole(join(directory, name), what);
  }
  return manifest;
}

function notWhole(path: string, what: string): BackupRefused {
  return new BackupRefused(`${path} ${what}: this backup is damaged, take another one`);
}

/** Null: it is no JSON, or no record with a format. */
function parsed(text: string): { readonly format: number } | null {
  try {
    const value: unknown = JSON.parse(text);
    return hasFormat(value) ? value : null;
  } catch {
    return null;
  }
}

function hasFormat(value: unknown): value is { readonly format: number } {
  return typeof value === 'object' && value !== null && 'format' in value;
}

/** Not every field: what was written by a program is torn or it is whole. */
function isManifest(value: object): value is Manifest {
  return 'files' in value && Array.isArray(value.files) && 'events' in value && 'takenAt' in value;
}
