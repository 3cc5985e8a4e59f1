import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

import { syncFolder } from './folders.ts';
import { StoreRefused } from './trouble.ts';

/**
 * The high-water mark: the last position that was committed, in a small file beside the events. SQLite takes a WAL that is gone or
 * cut short for one that never was longer; what the mark says and the events do not is how that is noticed. It is written over in
 * place after each commit and before its answers, and not synced: a power cut may leave an older one, which vouches for less and is
 * never wrong.
 */
export const markFile = (directory: string): string => join(directory, 'events.mark');

/** A mark that is being written on. */
export interface Mark {
  moveTo(position: number): void;
  close(): void;
}

/** Begins or goes on with the mark of a directory; the file itself is synced, so that it is there from now on. */
export function openMark(directory: string, position: number): Mark {
  const file = markFile(directory);
  if (!existsSync(file)) beginMark(file, position);
  const fd = openSync(file, 'r+');
  const moveTo = (to: number): void => void writeSync(fd, lineOf(to), 0);
  moveTo(position);
  fsyncSync(fd);
  syncFolder(directory);
  return { moveTo, close: () => closeSync(fd) };
}

/** Whole or not at all: one that a kill left empty would keep every later engine from starting. */
function beginMark(file: string, position: number): void {
  const part = `${file}.part`;
  const fd = openSync(part, 'w', 0o600);
  try {
    writeSync(fd, lineOf(position));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(part, file);
}

/** The position that was marked; null: there is no mark. Throws `StoreRefused` if it cannot be read. */
export function readMark(directory: string): number | null {
  const file = markFile(directory);
  if (!existsSync(file)) return null;
  // A running engine may be writing it at this moment.
  const marked = positionIn(readFileSync(file, 'latin1')) ?? positionIn(readFileSync(file, 'latin1'));
  if (marked !== null) return marked;
  throw new StoreRefused(
    `${file} is damaged, and only it can tell whether events are missing: check with "mm4 verify", then delete it`,
  );
}

/** What is missing if the events end at that position; null: nothing that is known of. */
export function missingAfter(position: number, mark: number | null): string | null {
  if (mark === null || position >= mark) return null;
  return `its events end at position ${position}, and ${mark} was committed: events are missing`;
}

const digits = 16;

function lineOf(position: number): string {
  const text = String(position).padStart(digits, '0');
  return `${text} ${checkOf(text)}\n`;
}

function positionIn(line: string): number | null {
  const [, text = '', check] = /^(\d{16}) ([0-9a-f]{8})\n$/.exec(line) ?? [];
  return check === checkOf(text) ? Number(text) : null;
}

const checkOf = (text: string): string => crc32(text).toString(16).padStart(8, '0');
