import { randomBytes } from 'node:crypto';
import { fdatasyncSync, closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import type { Clock, ContentKind, KeyRef, KeyStore } from '../../domain/ports.ts';
import { openGroupFile, type GroupFile } from './group-file.ts';
import type { ReadFiles } from './read-files.ts';

/**
 * Keys in files of their own, one a day and kind, so that a backup of keys can expire apart from the content. A key is a slot of 40
 * octets named by file and number; no index is needed. Destroying a key overwrites its slot.
 */
const slotSize = 40;
const live = 0x4b;
const destroyed = 0x58;
/** Keys in use just now are not read back from disk. */
const rememberedKeys = 4_096;

export function keyFiles(
  directory: string,
  kind: ContentKind,
  clock: Clock,
  files: ReadFiles,
): KeyStore & {
  close(): Promise<void>;
} {
  const remembered = new Map<KeyRef, Uint8Array>();
  let current: { readonly name: string; readonly file: GroupFile } | null = null;

  /** Today's file; another one of today once that has failed. */
  const today = (): { readonly name: string; readonly file: GroupFile } => {
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    const prefix = `${kind}-${day}`;
    if (current?.name.startsWith(prefix) === true && !current.file.broken) return current;
    const number = current?.name.startsWith(prefix) === true ? numberOf(current.name) + 1 : 0;
    if (current !== null) void current.file.close();
    const name = `${prefix}-${number}`;
    current = { name, file: openGroupFile(pathOf(directory, name)) };
    return current;
  };

  const remember = (ref: KeyRef, key: Uint8Array): void => {
    remembered.set(ref, key);
    if (remembered.size > rememberedKeys) remembered.delete(remembered.keys().next().value ?? ref);
  };

  return {
    create: () => {
      const { name, file } = today();
      const key = randomBytes(32);
      // A crash may have left half a slot at the end: it is filled up and passed over.
      const gap = (slotSize - (file.end() % slotSize)) % slotSize;
      const slot = Buffer.alloc(gap + slotSize);
      slot[gap] = live;
      key.copy(slot, gap + 8);
      const { offset, durable } = file.append([slot]);
      durable.catch(() => undefined);
      const ref = `${name}.${(offset + gap) / slotSize}` as KeyRef;
      remember(ref, key);
      return { ref, key, synced: () => durable };
    },
    find: async (ref) => {
      const known = remembered.get(ref);
      if (known !== undefined) return known;
      const { name, slot } = parseKeyRef(ref);
      const bytes = await files.read(pathOf(directory, name), slot * slotSize, slotSize);
      if (bytes?.length !== slotSize || bytes[0] !== live) return null;
      const key = bytes.subarray(8);
      remember(ref, key);
      return key;
    },
    destroy: (refs) => {
      const grave = Buffer.alloc(slotSize);
      grave[0] = destroyed;
      for (const ref of refs) {
        remembered.delete(ref);
        const { name, slot } = parseKeyRef(ref);
        const fd = openSync(pathOf(directory, name), 'r+');
        writeSync(fd, grave, 0, slotSize, slot * slotSize);
        fdatasyncSync(fd);
        closeSync(fd);
      }
      return Promise.resolve();
    },
    close: async () => {
      await current?.file.close();
    },
  };
}

const pathOf = (directory: string, name: string): string => join(directory, 'keys', `${name}.keys`);

function numberOf(name: string): number {
  return Number(name.slice(name.lastIndexOf('-') + 1));
}

function parseKeyRef(ref: KeyRef): { readonly name: string; readonly slot: number } {
  const dot = ref.lastIndexOf('.');
  return { name: ref.slice(0, dot), slot: Number(ref.slice(dot + 1)) };
}
