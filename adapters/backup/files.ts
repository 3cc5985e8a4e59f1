import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Names of the files in a folder; none if there is no such folder. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await unlessMissing(readdir(folder, { withFileTypes: true }));
  return (entries ?? [])
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

/** Octets in a file; null: there is no such file. */
export async function sizeOf(path: string): Promise<number | null> {
  return (await unlessMissing(stat(path)))?.size ?? null;
}

/**
 * Copies what a file has beyond the octets that its copy has already, and syncs the copy. For files that only grow. One that was taken
 * away meanwhile is left as it was copied.
 */
export async function copyGrown(source: string, copy: string): Promise<void> {
  const [size, start] = [await sizeOf(source), (await sizeOf(copy)) ?? 0];
  if (size === null || (size <= start && start > 0)) return;
  await makeFolder(dirname(copy));
  const output = createWriteStream(copy, { flags: 'a', mode: 0o600 });
  // Up to the size seen: what is being written at this moment belongs to no event that is copied.
  if (size > start) await unlessMissing(pipeline(createReadStream(source, { start, end: size - 1 }), output));
  else await new Promise<void>((resolve) => output.end(resolve));
  await syncPath(copy);
}

/** And those above it that are missing, so that they are there after a power cut. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  for (let above = dirname(resolve(folder)); ; above = dirname(above)) {
    await syncPath(above);
    if (above === top) return;
  }
}

/** A file, or a folder with the names in it. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The folder and those in it, so that every name is there after a power cut. */
export async function syncFolders(folder: string, below: readonly string[]): Promise<void> {
  for (const path of [...below.map((name) => join(folder, name)), folder, dirname(folder)]) {
    if ((await sizeOf(path)) !== null) await syncPath(path);
  }
}

async function unlessMissing<A>(doing: Promise<A>): Promise<A | null> {
  try {
    return await doing;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
