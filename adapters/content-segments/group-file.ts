import { closeSync, fdatasync, fstatSync, fsyncSync, mkdirSync, openSync, writev } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A file that grows by appends which share their syncs: everything that was handed in while the disk was busy is written and
 * synced together. Offsets are given at once, so that what is appended can already be named.
 */
export interface GroupFile {
  readonly path: string;
  /** Where the next append will begin. */
  end(): number;
  /** The offset, and a promise that settles when the bytes are on disk, synced. It rejects if that failed. */
  append(pieces: readonly Uint8Array[]): { readonly offset: number; readonly durable: Promise<void> };
  /** Syncs so far: fewer than appends when they share them. */
  syncs(): number;
  /** A write or sync failed. What the disk holds since then is not known, so nothing more is appended here. */
  readonly broken: boolean;
  close(): Promise<void>;
}

interface Waiting {
  readonly pieces: readonly Uint8Array[];
  done(error: Error | null): void;
}

/** Opens for appending at the end of what is there; garbage that a crash left at the end is referred to by nobody. */
export function openGroupFile(path: string): GroupFile {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fd = openSync(path, 'a+', 0o600);
  syncDirectory(dirname(path));
  let end = fstatSync(fd).size;
  let waiting: Waiting[] = [];
  let working: Promise<void> | null = null;
  let syncs = 0;
  let broken = false;

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      const error = broken ? new Error(`${path} failed before`) : await writeAndSync(group);
      if (error !== null) broken = true;
      for (const { done } of group) done(error);
    }
    working = null;
  };

  const writeAndSync = async (group: readonly Waiting[]): Promise<Error | null> => {
    try {
      await writeAll(
        fd,
        group.flatMap(({ pieces }) => pieces),
      );
      await synced(fd);
      syncs += 1;
      return null;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  };

  return {
    path,
    end: () => end,
    append: (pieces) => {
      const offset = end;
      for (const piece of pieces) end += piece.length;
      const durable = new Promise<void>((resolve, reject) => {
        waiting.push({ pieces, done: (error) => (error === null ? resolve() : reject(error)) });
      });
      working ??= Promise.resolve().then(work);
      return { offset, durable };
    },
    syncs: () => syncs,
    get broken() {
      return broken;
    },
    close: async () => {
      await working;
      closeSync(fd);
    },
  };
}

/** A new file is there after a power cut only if its directory was synced too. */
function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

/** The kernel may take less than it was given, and no more than 1,024 pieces at once. */
async function writeAll(fd: number, pieces: readonly Uint8Array[]): Promise<void> {
  let left = pieces;
  while (left.length > 0) {
    let written = await writeSome(fd, left.slice(0, 1_024));
    const rest: Uint8Array[] = [];
    for (const piece of left) {
      if (written >= piece.length) {
        written -= piece.length;
      } else {
        rest.push(written === 0 ? piece : piece.subarray(written));
        written = 0;
      }
    }
    left = rest;
  }
}

function writeSome(fd: number, pieces: readonly Uint8Array[]): Promise<number> {
  return new Promise((resolve, reject) => {
    writev(fd, pieces, null, (error, written) => (error === null ? resolve(written) : reject(error)));
  });
}

function synced(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(fd, (error) => (error === null ? resolve() : reject(error)));
  });
}
