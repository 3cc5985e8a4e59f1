import { openForReading } from './schema.ts';
import { eventFile } from './store.ts';

/** What is in a copy of the event file. */
export interface CopiedEvents {
  /** The last position; null: no event yet. */
  readonly position: number | null;
  readonly streams: number;
  readonly events: number;
}

/**
 * Writes the events as they are at this moment into a new file, beside a running engine or without one. One snapshot, and without what
 * removed streams left in free pages. The caller syncs the file.
 */
export function copyEvents(directory: string, file: string): CopiedEvents {
  using db = openForReading(eventFile(directory));
  db.exec('pragma query_only = off');
  db.prepare('vacuum into ?').run(file);
  using copy = openForReading(file);
  const row = copy
    .prepare(
      'select max(position) as position, count(*) as events, (select count(*) from streams) as streams from events',
    )
    .get();
  const position = row?.['position'] ?? null;
  return {
    position: position === null ? null : Number(position),
    streams: Number(row?.['streams']),
    events: Number(row?.['events']),
  };
}
