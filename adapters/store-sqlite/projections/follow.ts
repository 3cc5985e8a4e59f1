import type { DatabaseSync } from 'node:sqlite';

import type { Changes } from '../reading.ts';
import type { ProjectionTables } from './tables.ts';

const pageSize = 2_000;

/**
 * Takes in everything there is, page by page. Tables may stand at different places after a new version. Of a page that cannot be
 * written nothing stays, so that it can be taken in later.
 */
export function follow(
  read: (after: number, max: number) => Changes,
  db: DatabaseSync,
  all: readonly ProjectionTables[],
): void {
  for (;;) {
    const after = Math.min(...all.map((tables) => tables.position()));
    const page = read(after, pageSize);
    if (page.next === after) return;
    takeWhole(db, all, page);
    if (page.caughtUp) return;
  }
}

function takeWhole(db: DatabaseSync, all: readonly ProjectionTables[], page: Changes): void {
  try {
    db.exec('begin');
    for (const tables of all) tables.take(page);
    db.exec('commit');
  } catch (error) {
    if (db.isTransaction) db.exec('rollback');
    throw error;
  }
}
