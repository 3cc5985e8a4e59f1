import { missingAfter, readMark } from './mark.ts';
import { lastPosition, openForReading } from './schema.ts';
import { eventFile } from './store.ts';
import { explained, isDamage, StoreDamaged, StoreRefused } from './trouble.ts';

/** What is in a copy of the event file. */
export interface CopiedEvents {
  /** The last position; null: no event yet. */
  readonly position: number | null;
  readonly streams: number;
  readonly events: number;
}

/**
 * Writes the events as they are at this moment into a new file, beside a running engine or without one. One snapshot, and without what
 * removed streams left in free pages. The caller syncs the file. Throws `StoreRefused`, also if events are missing: a copy of the
 * rest would pass for a whole one.
 */
export function copyEvents(directory: string, file: string): CopiedEvents {
  const source = eventFile(directory);
  // Read before the events: a running engine moves it on.
  const mark = readMark(directory);
  writeCopy(source, file);
  using copy = openForReading(file);
  const missing = missingAfter(lastPosition(copy), mark);
  if (missing !== null) {
    throw new StoreDamaged(`${source}: ${missing}. Put back the file that held them, then take the backup`);
  }
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

function writeCopy(source: string, file: string): void {
  using db = openForReading(source);
  try {
    db.exec('pragma query_only = off');
    db.prepare('vacuum into ?').run(file);
  } catch (error) {
    if (isDamage(error) || !(error instanceof Error)) throw explained(source, error);
    throw new StoreRefused(
      `${file} cannot be written (${error.message}): make room there, or name another DIR`,
    );
  }
}
