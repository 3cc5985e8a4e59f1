import { constants, close, fdatasync, fsync, mkdir, open, writev } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/**
 * A file whose writers share writes and syncs: what is handed in while the disk is busy is written and synced together. One
 * lone write costs a sync, fifty at once cost hardly more.
 */
export interface GroupFile {
  readonly path: string;
  /** Resolves when the pieces are at that position, synced; rejects with an error that names the file. Nobody else may write there. */
  write(position: number, pieces: readonly Uint8Array[]): Promise<void>;
  /** A sync failed: the kernel may have dropped any page that was not synced before and says so only once. Nothing more is written here. */
  readonly broken: boolean;
  /** Syncs so far: fewer than writes when they share them. */
  readonly syncs: number;
  /** Closes the file when nothing is under way. A write that comes later opens it again, for as long as it takes. */
  retire(): Promise<void>;
}

interface Waiting {
  readonly position: number;
  readonly pieces: readonly Uint8Array[];
  resolve(): void;
  reject(error: Error): void;
}

/** Nothing is opened or created before the first write. */
export function groupFile(path: string): GroupFile {
  let waiting: Waiting[] = [];
  let working: Promise<void> | null = null;
  let file: number | null = null;
  let retired = false;
  let broken = false;
  let syncs = 0;

  const work = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      await writeTogether(group);
    }
    if (retired) await letGo();
    working = null;
    // Whoever came while the file was being closed.
    if (waiting.length > 0) await start();
  };

  const start = (): Promise<void> => (working ??= Promise.resolve().then(work));

  const writeTogether = async (group: readonly Waiting[]): Promise<void> => {
    const failed = (error: unknown, those: readonly Waiting[]): void => {
      const why = error instanceof Error ? error.message : String(error);
      for (const { reject } of those) reject(new Error(`${path}: ${why}`, { cause: error }));
    };
    try {
      if (broken) throw new Error('a sync of it failed before');
      file ??= await openDurably(path);
      const written: Waiting[] = [];
      for (const run of runs(group)) {
        await writeRun(file, run).then(
          () => written.push(...run),
          (error: unknown) => failed(error, run),
        );
      }
      if (written.length > 0) await sync(file);
      for (const { resolve } of written) resolve();
    } catch (error) {
      // Those whose write failed have been told already, and a promise settles once.
      failed(error, group);
    }
  };

  const sync = async (fd: number): Promise<void> => {
    try {
      await fdatasyncFile(fd);
      syncs += 1;
    } catch (error) {
      broken = true;
      throw error;
    }
  };

  const letGo = async (): Promise<void> => {
    const fd = file;
    file = null;
    // Everything in it was synced or was reported as failed; a close that fails changes neither.
    if (fd !== null) await closeFile(fd).catch(() => undefined);
  };

  return {
    path,
    write: (position, pieces) =>
      new Promise((resolve, reject) => {
        waiting.push({ position, pieces, resolve, reject });
        void start();
      }),
    get broken() {
      return broken;
    },
    get syncs() {
      return syncs;
    },
    retire: () => {
      retired = true;
      return start();
    },
  };
}

// ---------------------------------------------------------------- system calls

const openFile = promisify(open);
const closeFile = promisify(close);
const makeFolder = promisify(mkdir);
const fsyncFile = promisify(fsync);
const fdatasyncFile = promisify(fdatasync);

/** A file is there after a power cut only if the directory that names it was synced, and that one's entry likewise. */
async function openDurably(path: string): Promise<number> {
  const folder = dirname(path);
  await makeFolder(folder, { recursive: true, mode: 0o700 });
  const fd = await openFile(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    await syncFolder(folder);
    await syncFolder(dirname(folder));
    return fd;
  } catch (error) {
    await closeFile(fd);
    throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const fd = await openFile(folder, constants.O_RDONLY);
  try {
    await fsyncFile(fd);
  } finally {
    await closeFile(fd);
  }
}

/** Neighbours in the file are written by one call. Of two that write to one place, the later one comes later. */
function runs(group: readonly Waiting[]): readonly (readonly Waiting[])[] {
  const found: Waiting[][] = [];
  let end = -1;
  for (const one of group.toSorted((left, right) => left.position - right.position)) {
    if (one.position === end) found.at(-1)?.push(one);
    else found.push([one]);
    end = one.position;
    for (const piece of one.pieces) end += piece.length;
  }
  return found;
}

/** The kernel may take less than it was given: then the rest follows, or the reason why it cannot. */
async function writeRun(fd: number, run: readonly Waiting[]): Promise<void> {
  let position = run[0]?.position ?? 0;
  let left = run.flatMap(({ pieces }) => pieces);
  while (left.length > 0) {
    const written = await writeSome(fd, left, position);
    position += written;
    left = without(left, written);
  }
}

function writeSome(fd: number, pieces: readonly Uint8Array[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writev(fd, pieces, position, (error, written) => (error === null ? resolve(written) : reject(error)));
  });
}

/** What is left of the pieces after their first so many octets. */
function without(pieces: readonly Uint8Array[], octets: number): Uint8Array[] {
  let skip = octets;
  const left: Uint8Array[] = [];
  for (const piece of pieces) {
    if (skip < piece.length) left.push(piece.subarray(skip));
    skip = Math.max(0, skip - piece.length);
  }
  return left;
}
