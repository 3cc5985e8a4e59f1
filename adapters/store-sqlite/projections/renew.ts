import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import type { Changes } from '../reading.ts';
import { allProjections } from './all.ts';
import { follow } from './follow.ts';
import { isKept, projectionTables, type Reach } from './tables.ts';

/**
 * Where a projection has another version, or is out of reach, it is made anew in a file beside the old one, which takes its place when
 * everything is in it: whoever reads meanwhile is answered from the old one. What a crash cut short begins again.
 */
export function renewProjections(
  read: (after: number, max: number) => Changes,
  file: string,
  reach: Reach,
): void {
  if (!existsSync(file)) return;
  const next = `${file}.next`;
  removeDatabase(next);
  if (!copyToRenew(file, next, reach)) return;
  {
    using db = new DatabaseSync(next);
    db.exec('pragma synchronous = off');
    const all = allProjections.map((projection) => projectionTables(db, projection, reach));
    follow(read, db, all);
  }
  removeDatabase(file);
  renameSync(next, file);
}

/** False: all are as they should be. */
function copyToRenew(file: string, next: string, reach: Reach): boolean {
  using kept = new DatabaseSync(file);
  kept.exec('pragma busy_timeout = 5000');
  if (allProjections.every((projection) => isKept(kept, projection, reach))) return false;
  kept.prepare('vacuum into ?').run(next);
  return true;
}

/** With all that SQLite keeps beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true });
}
