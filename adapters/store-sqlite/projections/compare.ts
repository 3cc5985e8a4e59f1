import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { Projection, Table } from '../../../projections/projection.ts';
import { openToRead } from '../to-read.ts';
import { changeReader } from '../reading.ts';
import { forgottenKept, isUpToDate, lastPosition, openForReading } from '../schema.ts';
import { eventFile } from '../store.ts';
import { allProjections } from './all.ts';
import { follow } from './follow.ts';
import { projectionFile } from './projections.ts';
import { projectionTables } from './tables.ts';

/** How the rows of a table differ from those that the events make. */
export interface Difference {
  readonly table: string;
  /** Rows that should be there and are not, or not like this. */
  readonly missing: number;
  /** Rows that should not be there, or not like this. */
  readonly surplus: number;
}

/**
 * Compares the projections with a fresh fold of all events. A copy of them is first brought up to date, since the projector of a
 * running engine lags; copy and fold then stand at the same position. Both are made in a temporary directory. `none`: there are no
 * projections of this program's version; the next start makes them.
 */
export function compareProjections(directory: string): readonly Difference[] | 'none' {
  if (!existsSync(projectionFile(directory))) return 'none';
  const temporary = mkdtempSync(join(tmpdir(), 'mm4-verify-'));
  const kept = join(temporary, 'kept.db');
  try {
    copyInto(projectionFile(directory), kept);
    return differences(eventFile(directory), kept, join(temporary, 'fresh.db'));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function copyInto(file: string, copy: string): void {
  using db = openToRead(file);
  db.prepare('vacuum into ?').run(copy);
}

function differences(
  eventsFile: string,
  keptFile: string,
  freshFile: string,
): readonly Difference[] | 'none' {
  using events = openForReading(eventsFile);
  if (!isUpToDate(events)) return 'none';
  // One snapshot for both; the engine goes on writing meanwhile.
  events.exec('begin');
  const read = changeReader(events);
  const newest = lastPosition(events);
  const reach = { oldest: newest - forgottenKept, newest };
  const bringUpToDate = (db: DatabaseSync, projections: readonly Projection[]): void => {
    const tables = projections.map((projection) => projectionTables(db, projection, reach));
    follow(read, db, tables);
  };

  using kept = new DatabaseSync(keptFile);
  const projections = allProjections.filter((projection) => isCurrent(kept, projection));
  if (projections.length === 0) return 'none';
  bringUpToDate(kept, projections);
  using fresh = new DatabaseSync(freshFile);
  bringUpToDate(fresh, projections);
  fresh.prepare('attach ? as kept').run(keptFile);
  return projections
    .flatMap(({ tables }) => tables)
    .map((table) => difference(fresh, table))
    .filter(({ missing, surplus }) => missing + surplus > 0);
}

/** One of another version is made anew at the next start: it says nothing. */
function isCurrent(db: DatabaseSync, { name, version }: Projection): boolean {
  return db.prepare('select version from checkpoints where name = ?').get(name)?.['version'] === version;
}

function difference(db: DatabaseSync, { name }: Table): Difference {
  const count = (one: string, other: string): number => {
    const sql = `select count(*) as rows from (select * from ${one} except select * from ${other})`;
    return Number(db.prepare(sql).get()?.['rows']);
  };
  const [fresh, kept] = [`main.${name}`, `kept.${name}`];
  return { table: name, missing: count(fresh, kept), surplus: count(kept, fresh) };
}
