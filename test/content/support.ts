import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { parseReference, type Reference } from '../../adapters/content-segments/reference.ts';
import type { Clock, ContentRef } from '../../domain/ports.ts';

export const noon = Date.UTC(2026, 10, 23, 12);

/** A clock that stands where the test puts it. */
export function clockAt(now: number): Clock & { set(now: number): void } {
  let time = now;
  return { now: () => time, set: (other) => void (time = other) };
}

export function makeDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'content-'));
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

/** A directory that is gone after the test. */
export function directoryOf(test: TestContext): string {
  const directory = makeDirectory();
  test.after(() => removeDirectory(directory));
  return directory;
}

export function placeOf(ref: ContentRef): Reference {
  const reference = parseReference(ref);
  if (reference === null) throw new Error(`${ref} is no reference`);
  return reference;
}

/** Where a reference points to in its segment, header included. */
export function segmentOf(
  directory: string,
  ref: ContentRef,
): { readonly path: string; readonly position: number } {
  const { kind, segment, position } = placeOf(ref);
  return { path: join(directory, kind === 'body' ? 'bodies' : 'heads', `${segment}.seg`), position };
}

/** Where its key is. */
export function slotOf(
  directory: string,
  ref: ContentRef,
): { readonly path: string; readonly position: number } {
  const { kind, key } = placeOf(ref);
  const [name, slot] = key.split('.');
  return {
    path: join(directory, 'keys', `${kind === 'body' ? 'bodies' : 'heads'}-${name}.keys`),
    position: Number(slot) * 64,
  };
}

/** The 32 octets of the key as they stand on disk. */
export function keyOnDisk(directory: string, ref: ContentRef): Buffer {
  const { path, position } = slotOf(directory, ref);
  return readFileSync(path).subarray(position + 8, position + 40);
}

export async function flip(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+');
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position);
  buffer.writeUInt8(buffer.readUInt8() ^ 1);
  await file.write(buffer, 0, 1, position);
  await file.close();
}

/** Every file below a directory, with what is in it. */
export function filesIn(directory: string): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(directory.length + 1), readFileSync(path)]),
  );
}
