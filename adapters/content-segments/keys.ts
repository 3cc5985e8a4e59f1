import { randomBytes } from 'node:crypto';

import type { KeyRef, KeyStore } from '../../domain/ports.ts';
import type { DayFiles } from './day-files.ts';
import { groupFile, type GroupFile } from './group-file.ts';
import { destroyedSlot, keyOf, liveSlot, slotSize } from './key-slots.ts';
import type { ReadFiles } from './read-files.ts';

/** What stands in the slot of a key is no key, and it was not destroyed either. */
export class DamagedKey extends Error {}

/** Content is mostly read soon after it came: the keys of so many objects are not read back from disk. */
const rememberedKeys = 4_096;

/**
 * Keys in files of their own, so that a backup of keys can expire apart from the content. A key is a slot named by file and number,
 * so no index is needed; a slot is never used twice. It is written when `synced` is called, so a key that is not wanted after all
 * costs nothing. Destroying a key overwrites its slot in place: the file keeps nothing of it (what a file system that copies on
 * write, or a flash disk, keeps beneath the file is out of reach).
 *
 * `find` throws `DamagedKey`, or the error of the disk.
 */
export function keyStore(slots: DayFiles, files: ReadFiles): KeyStore {
  const remembered = new Map<KeyRef, Uint8Array>();

  const remember = (ref: KeyRef, key: Uint8Array): void => {
    remembered.set(ref, key);
    if (remembered.size > rememberedKeys) remembered.delete(remembered.keys().next().value ?? ref);
  };

  const slotAt = ({ name, position }: SlotPlace): Promise<Buffer | null> =>
    files.read(slots.pathOf(name), position, slotSize);

  /** The file being written takes the write along with its others; any other one is opened for it. */
  const fileNamed = (name: string): GroupFile => {
    const { current } = slots;
    if (current?.name === name && !current.file.broken) return current.file;
    const file = groupFile(slots.pathOf(name));
    void file.retire();
    return file;
  };

  return {
    create: () => {
      const key = randomBytes(32);
      const { name, position, file } = slots.reserve(slotSize);
      const ref = `${name}.${position / slotSize}` as KeyRef;
      remember(ref, key);
      let written: Promise<void> | null = null;
      return { ref, key, synced: () => (written ??= file.write(position, [liveSlot(key)])) };
    },

    find: async (ref) => {
      const known = remembered.get(ref);
      if (known !== undefined) return known;
      const slot = await slotAt(placeOf(ref));
      const key = slot === null ? 'destroyed' : keyOf(slot);
      if (key === 'damaged') throw new DamagedKey(`the slot of key ${ref} holds no key`);
      return key === 'destroyed' ? null : key;
    },

    destroy: async (refs) => {
      for (const ref of refs) remembered.delete(ref);
      const places = refs.map(placeOf);
      const inUse = await Promise.all(
        places.map(async (place) => (await slotAt(place))?.length === slotSize),
      );
      const byName = Map.groupBy(
        places.filter((_, at) => inUse[at]),
        ({ name }) => name,
      );
      await Promise.all(
        [...byName].flatMap(([name, group]) => {
          const file = fileNamed(name);
          return group.map(({ position }) => file.write(position, [destroyedSlot()]));
        }),
      );
    },
  };
}

interface SlotPlace {
  readonly name: string;
  readonly position: number;
}

/** The name of the file that holds a key. */
export function keyFileOf(ref: KeyRef): string {
  return ref.slice(0, ref.lastIndexOf('.'));
}

function placeOf(ref: KeyRef): SlotPlace {
  const dot = ref.lastIndexOf('.');
  return { name: keyFileOf(ref), position: Number(ref.slice(dot + 1)) * slotSize };
}
