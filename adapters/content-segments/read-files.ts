import { close, open, read } from 'node:fs';
import { promisify } from 'node:util';

import { isMissing } from './failures.ts';

/** Files open for reading; a few of them are kept open. */
export interface ReadFiles {
  /** Exactly so many octets from there on; fewer if the file ends. Null: there is no such file. */
  read(path: string, position: number, length: number): Promise<Buffer | null>;
  /** Closes the file as soon as nobody reads it, so that one that was taken away is gone. */
  forget(path: string): void;
  close(): Promise<void>;
}

const keptOpen = 16;

interface OpenFile {
  readonly opened: Promise<number>;
  readers: number;
  /** Whoever reads it last closes it. */
  forgotten: boolean;
}

export function readFiles(): ReadFiles {
  const files = new Map<string, OpenFile>();
  let closing = Promise.resolve();

  const closeIfUnread = ({ opened, readers, forgotten }: OpenFile): void => {
    if (!forgotten || readers > 0) return;
    // Nothing was written through it, and if it could not be opened there is nothing to close.
    const closed = opened.then(closeFile).catch(() => undefined);
    closing = closing.then(() => closed);
  };

  const fileOf = (path: string): OpenFile => {
    const file = files.get(path) ?? { opened: openFile(path, 'r'), readers: 0, forgotten: false };
    // The one used last stands last.
    files.delete(path);
    files.set(path, file);
    const [oldest] = files.keys();
    if (files.size > keptOpen && oldest !== undefined) forget(oldest);
    return file;
  };

  const forget = (path: string): void => {
    const file = files.get(path);
    if (file === undefined) return;
    files.delete(path);
    file.forgotten = true;
    closeIfUnread(file);
  };

  return {
    read: async (path, position, length) => {
      const file = fileOf(path);
      file.readers += 1;
      try {
        return await readAt(await file.opened, position, length);
      } catch (error) {
        if (files.get(path) === file) forget(path);
        if (isMissing(error)) return null;
        throw error;
      } finally {
        file.readers -= 1;
        closeIfUnread(file);
      }
    },
    forget,
    close: () => {
      for (const path of [...files.keys()]) forget(path);
      return closing;
    },
  };
}

const openFile = promisify(open);
const closeFile = promisify(close);

function readAt(fd: number, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  return new Promise((resolve, reject) => {
    const readOn = (filled: number): void => {
      read(fd, buffer, filled, length - filled, position + filled, (error, got) => {
        if (error !== null) reject(error);
        else if (got === 0 || filled + got === length) resolve(buffer.subarray(0, filled + got));
        else readOn(filled + got);
      });
    };
    readOn(0);
  });
}
