import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import type { Changes } from '../reading.ts';
import { allProjections } from './all.ts';
import { follow } from './follow.ts';
import { isKept, projectionTables } from './tables.ts';

/**
 * Where a projection has another version, or is too far behind, it is made anew in a file beside the old one, which takes its place when
 * everything is in it: whoever reads meanwhile is answered from the old one. What a crash cut short begins again.
 */
export function renewProjections(
  read: (after: number, max: number) => Changes,
  file: string,
  oldest: number,
): void {
  if (!existsSync(file)) return;
  const next = `${file}.next`;
  removeDatabase(next);
  if (!copyToRenew(file, next, oldest)) return;
  {
    using db = new DatabaseSync(next);
    db.exec('pragma synchronous = off');
    const all = allProjections.map((projection) => projectionTables(db, projection, oldest));
    follow(read, db, all);
  }
  removeDatabase(file);
  renameSync(next, file);
}

/** False: all are as they should be. */
function copyToRenew(file: string, next: string, oldest: number): boolean {
  using kept = new DatabaseSync(file);
  kept.exec('pragma busy_timeout = 5000');
  if (allProjections.every((projection) => isKept(kept, projection, oldest))) return false;
  kept.prepare('vacuum into ?').run(next);
  return true;
}

function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${suffix}`, { force: true });
}
