import { close, open, read } from 'node:fs';
import { promisify } from 'node:util';

const openFile = promisify(open);
const closeFile = promisify(close);

/** Files open for reading, a few of them kept open. */
export interface ReadFiles {
  /** Exactly so many octets; fewer if the file ends. Null: there is no such file. */
  read(path: string, offset: number, length: number): Promise<Buffer | null>;
  close(): Promise<void>;
}

const keptOpen = 32;

export function readFiles(): ReadFiles {
  const files = new Map<string, Promise<number>>();

  const fileOf = (path: string): Promise<number> => {
    const known = files.get(path);
    if (known !== undefined) return known;
    const opened = openFile(path, 'r');
    opened.catch(() => files.delete(path));
    files.set(path, opened);
    if (files.size > keptOpen) void forget(files.keys().next().value ?? '');
    return opened;
  };

  const forget = async (path: string): Promise<void> => {
    const file = files.get(path);
    files.delete(path);
    if (file !== undefined) await file.then(closeFile, () => undefined);
  };

  return {
    read: async (path, offset, length) => {
      try {
        return await readAt(await fileOf(path), offset, length);
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    },
    close: async () => {
      await Promise.all([...files.keys()].map(forget));
    },
  };
}

function readAt(fd: number, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  return new Promise((resolve, reject) => {
    const more = (filled: number): void => {
      read(fd, buffer, filled, length - filled, offset + filled, (error, got) => {
        if (error !== null) reject(error);
        else if (got === 0 || filled + got === length) resolve(buffer.subarray(0, filled + got));
        else more(filled + got);
      });
    };
    more(0);
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
