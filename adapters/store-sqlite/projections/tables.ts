import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { Change, Projection, RecordedEvent, Row, Table } from '../../../projections/projection.ts';
import type { EventRow } from '../messages.ts';
import type { Changes } from '../reading.ts';

/** One projection's tables in a file, and how events get into them. */
export interface ProjectionTables {
  readonly projection: Projection;
  /** The position it has taken in. */
  position(): number;
  /** Takes in what is new in a page. Inside the caller's transaction, so that rows and position commit together. */
  take(page: Changes): void;
}

/** Positions between which tables can go on: no removal after `oldest` is forgotten, and `newest` is the last that was given. */
export interface Reach {
  readonly oldest: number;
  readonly newest: number;
}

/**
 * Makes the tables, or makes them anew if another version left them, if they are so far behind that removals after their position may
 * be remembered no more, or if they have taken in events that there are no more: then they are rebuilt from the beginning.
 */
export function projectionTables(db: DatabaseSync, projection: Projection, reach: Reach): ProjectionTables {
  if (!isKept(db, projection, reach)) makeAnew(db, projection);
  const checkpoint = db.prepare('select position from checkpoints where name = ?');
  const position = (): number => Number(checkpoint.get(projection.name)?.['position'] ?? 0);
  const remember = db.prepare('update checkpoints set position = ? where name = ?');
  const apply = applier(db, projection.tables);
  return {
    projection,
    position,
    take: ({ rows, forgotten, next }) => {
      const before = position();
      if (next <= before) return;
      for (const { stream } of forgotten.filter((one) => one.position > before)) {
        for (const change of projection.forget(stream)) apply(change);
      }
      const fresh = rows.filter(([at]) => at > before);
      for (const change of changesOf(projection, fresh)) apply(change);
      remember.run(next, projection.name);
    },
  };
}

/** It is there in this version, and within reach. */
export function isKept(db: DatabaseSync, { name, version }: Projection, { oldest, newest }: Reach): boolean {
  db.exec(
    'create table if not exists checkpoints (name text primary key, version integer not null, position integer not null)',
  );
  const known = db.prepare('select version, position from checkpoints where name = ?').get(name);
  if (known?.['version'] !== version) return false;
  const position = Number(known['position']);
  return position >= oldest && position <= newest;
}

function makeAnew(db: DatabaseSync, { name, version, tables }: Projection): void {
  for (const table of tables) db.exec(`drop table if exists ${table.name}; ${createTable(table)}`);
  db.prepare('insert or replace into checkpoints (name, version, position) values (?, ?, 0)').run(
    name,
    version,
  );
}

function createTable({ name, columns, primaryKey, indexes }: Table): string {
  const declared = columns.map((column) => `${column.name} ${column.type}`).join(', ');
  const made = indexes.map(
    (index) => `create index ${name}_${index.join('_')} on ${name} (${index.join(', ')});`,
  );
  return `create table ${name} (${declared}, primary key (${primaryKey.join(', ')})) without rowid; ${made.join(' ')}`;
}

/** The changes of a page; of several whole replacements of one stream's rows only the last is worked out. */
function changesOf(projection: Projection, rows: readonly EventRow[]): readonly Change[] {
  const changes: Change[] = [];
  const handled = rows.filter(
    ([, stream, , type, , , metadata]) =>
      projection.prefixes.some((prefix) => stream.startsWith(prefix)) && projection.handles(type, metadata),
  );
  const worked = projection.replacesByStream === true ? lastOfEachStream(handled) : handled;
  for (const row of worked) changes.push(...projection.changes(recorded(row)));
  return changes;
}

function lastOfEachStream(rows: readonly EventRow[]): Iterable<EventRow> {
  return new Map(rows.map((row) => [row[1], row])).values();
}

function recorded([, stream, revision, type, , data, metadata]: EventRow): RecordedEvent {
  return {
    stream,
    revision,
    type,
    data: JSON.parse(data) as RecordedEvent['data'],
    metadata: JSON.parse(metadata) as RecordedEvent['metadata'],
  };
}

function applier(db: DatabaseSync, tables: readonly Table[]): (change: Change) => void {
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  const columnsOf = new Map(tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]));
  return (change) => {
    if ('put' in change) {
      const columns = columnsOf.get(change.put) ?? [];
      const marks = columns.map(() => '?').join(', ');
      const put = prepared(`insert or replace into ${change.put} (${columns.join(', ')}) values (${marks})`);
      put.run(...columns.map((column) => change.row[column] ?? null));
    } else {
      const columns = Object.keys(change.where);
      const condition = columns.map((column) => `${column} = ?`).join(' and ');
      prepared(`delete from ${change.drop} where ${condition}`).run(...valuesOf(change.where, columns));
    }
  };
}

function valuesOf(row: Row, columns: readonly string[]): (string | number | null)[] {
  return columns.map((column) => row[column] ?? null);
}
