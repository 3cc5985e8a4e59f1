import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { openToRead } from './to-read.ts';
import { explaining, StoreRefused } from './trouble.ts';

/** The schema, step by step; `user_version` says how far a file is. Steps are only ever added at the end. */
const migrations: readonly string[] = [
  `create table streams (id integer primary key, name text not null unique);
   create table events (
     position integer primary key,
     stream integer not null references streams (id),
     revision integer not null,
     type text not null,
     id text not null,
     data text not null,
     metadata text not null,
     unique (stream, revision)
   );`,
  // Streams that were removed, at a position of their own: a projection that comes by there removes their rows.
  `create table forgotten (position integer primary key, stream text not null);`,
];

/** A removal is remembered for so many positions; a projection that is further behind is made anew. */
export const forgottenKept = 1_000_000;

/** Opens the event file for writing, and brings an older one up to date. */
export function openForWriting(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  // First, since whoever reads at this moment (mm4 verify) may stand in the way of the rest.
  db.exec(
    'pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 4000; pragma journal_size_limit = 67108864; pragma secure_delete = on;',
  );
  migrate(db, file);
  return db;
}

/** Opens it beside whoever writes: nothing is ever written through this connection. */
export function openForReading(file: string): DatabaseSync {
  return explaining(file, () => {
    const db = openToRead(file);
    db.exec('pragma query_only = on');
    knownVersionOf(db, file);
    return db;
  });
}

/** Where the events of a file end, before anything is changed in it or beside it; 0: it holds none, or there is none. */
export function lastPositionIn(file: string): number {
  if (!existsSync(file)) return 0;
  return explaining(file, () => {
    using db = new DatabaseSync(file, { readOnly: true });
    return knownVersionOf(db, file) === 0 ? 0 : lastPosition(db);
  });
}

/** Whether a file has the schema of this program; an older one gets it when an engine starts on it. */
export function isUpToDate(db: DatabaseSync): boolean {
  return versionOf(db) === migrations.length;
}

/** Tables that have positions, by the schema that brought them. */
const positioned = ['events', 'forgotten'];

/** The last position that was given, to an event or to a removal; 0: none. */
export function lastPosition(db: DatabaseSync): number {
  const lastOf = (table: string): number =>
    Number(db.prepare(`select max(position) as last from ${table}`).get()?.['last'] ?? 0);
  return Math.max(0, ...positioned.slice(0, versionOf(db)).map(lastOf));
}

/** Writes the version that stands there already: nothing changes, but the disk has to take it. */
export function rewriteVersion(db: DatabaseSync): void {
  db.exec(`pragma user_version = ${versionOf(db)}`);
}

function migrate(db: DatabaseSync, file: string): void {
  const version = knownVersionOf(db, file);
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    db.exec(`begin immediate; ${step} pragma user_version = ${index + 1}; commit;`);
  }
}

function knownVersionOf(db: DatabaseSync, file: string): number {
  const version = versionOf(db);
  if (version <= migrations.length) return version;
  throw new StoreRefused(
    `${file} has schema ${version}, this program knows ${migrations.length}: upgrade it`,
  );
}

function versionOf(db: DatabaseSync): number {
  const row = db.prepare('pragma user_version').get();
  return Number(row?.['user_version'] ?? 0);
}
