import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Damages one thing in a data directory. */
export type Damage = (directory: string) => void;

/** Both of them, one after the other. */
export const both =
  (...damages: readonly Damage[]): Damage =>
  (directory) => {
    for (const damage of damages) damage(directory);
  };

export const missing =
  (name: string): Damage =>
  (directory) => {
    rmSync(pathOf(directory, name), { recursive: true });
  };

export const emptied =
  (name: string): Damage =>
  (directory) => {
    truncateSync(pathOf(directory, name), 0);
  };

/** Cut to so many octets. */
export const cutTo =
  (name: string, octets: number): Damage =>
  (directory) => {
    truncateSync(pathOf(directory, name), octets);
  };

/** Cut to a share of its length, less so many octets. */
export const cut =
  (name: string, share: number, less = 0): Damage =>
  (directory) => {
    const path = pathOf(directory, name);
    truncateSync(path, Math.floor(statSync(path).size * share) - less);
  };

export const garbled =
  (name: string): Damage =>
  (directory) => {
    writeFileSync(pathOf(directory, name), 'garbage'.repeat(1_000));
  };

/** What a crash may leave behind the last thing that was synced. */
export const grown =
  (name: string): Damage =>
  (directory) => {
    appendFileSync(pathOf(directory, name), Buffer.alloc(3_000, 0x5a));
  };

/** One bit of the octet there; from the end where negative. */
export const flipped =
  (name: string, at: number): Damage =>
  (directory) => {
    const path = pathOf(directory, name);
    const octets = readFileSync(path);
    const place = at < 0 ? octets.length + at : at;
    overwrite(path, place, Buffer.of((octets[place] ?? 0) ^ 0x01));
  };

/** One bit of a text that stands in it, wherever that is. */
export const flippedText =
  (name: string, text: string): Damage =>
  (directory) => {
    const path = pathOf(directory, name);
    const octets = readFileSync(path);
    let found = 0;
    for (let at = octets.indexOf(text); at >= 0; at = octets.indexOf(text, at + 1)) {
      overwrite(path, at, Buffer.of((octets[at] ?? 0) ^ 0x01));
      found += 1;
    }
    if (found === 0) throw new Error(`${text} is not in ${path}`);
  };

/** Octets that were never written, in the middle of what was. */
export const torn =
  (name: string, at: number, octets: number): Damage =>
  (directory) => {
    const path = pathOf(directory, name);
    overwrite(path, at < 0 ? statSync(path).size + at : at, Buffer.alloc(octets));
  };

/** One thing where another kind of thing should be. */
export const replaced =
  (name: string, by: 'file' | 'folder'): Damage =>
  (directory) => {
    const path = pathOf(directory, name);
    rmSync(path, { recursive: true });
    if (by === 'file') writeFileSync(path, '');
    else mkdirSync(path);
  };

export const fromTheFuture: Damage = (directory) => {
  using db = new DatabaseSync(join(directory, 'events.db'));
  db.exec('pragma user_version = 99');
};

/** `bodies/*` is the only file in that folder, `keys/bodies*` the one that begins so. */
export function pathOf(directory: string, name: string): string {
  if (!name.endsWith('*')) return join(directory, name);
  const [folder = '', begin = ''] = name.slice(0, -1).split('/');
  const [file] = readdirSync(join(directory, folder)).filter((entry) => entry.startsWith(begin));
  if (file === undefined) throw new Error(`there is no ${name} in ${directory}`);
  return join(directory, folder, file);
}

function overwrite(path: string, at: number, octets: Uint8Array): void {
  const fd = openSync(path, 'r+');
  try {
    writeSync(fd, octets, 0, octets.length, at);
  } finally {
    closeSync(fd);
  }
}
