import type { StoredEvent } from '../../domain/ports.ts';
import { eventOf, eventReader } from './reading.ts';
import { missingAfter, readMark } from './mark.ts';
import { lastPosition, openForReading } from './schema.ts';
import { eventFile, storeExists } from './store.ts';
import { explaining, StoreDamaged } from './trouble.ts';

/** Looks through a whole event file, beside a running engine or without one. */
export interface Examination {
  /** What SQLite itself finds wrong with the file, and whether it ends too early; empty: nothing. */
  integrity(): readonly string[];
  /** Every stream with all its events, in the order in which they began. */
  streams(): Iterable<{ readonly stream: string; readonly events: readonly StoredEvent[] }>;
  /** The events of one stream as they are now. */
  stream(name: string): readonly StoredEvent[];
  close(): void;
}

const pageSize = 1_000;
const complaintsAtMost = 20;

/** Throws if there is no event file, `StoreDamaged` if it holds nothing that can be read. */
export function examine(directory: string): Examination {
  if (!storeExists(directory)) {
    throw new Error(
      `there is no event store in ${directory}: name the node.dataDir of an engine that has run`,
    );
  }
  const file = eventFile(directory);
  // Read before the events: a running engine moves it on.
  const mark = explaining(file, () => readMark(directory));
  const db = openForReading(file);
  if (explaining(file, () => lastPosition(db)) === 0) {
    const missing = missingAfter(0, mark) ?? 'it holds no events';
    db.close();
    throw new StoreDamaged(`${missing}: put it back, or restore it from a backup`);
  }
  const reader = eventReader(db);
  const names = db.prepare('select id, name from streams where id > ? order by id limit ?');
  const eventsOf = (name: string): readonly StoredEvent[] => reader.stream(name, 0).map(eventOf);
  return {
    integrity: () => {
      const found = db.prepare(`pragma integrity_check(${complaintsAtMost})`).all();
      const complaints = found.map((row) => String(row['integrity_check'])).filter((text) => text !== 'ok');
      const strays = db.prepare('pragma foreign_key_check').all().length;
      if (strays > 0) complaints.push(`${strays} events belong to no stream`);
      const missing = missingAfter(lastPosition(db), mark);
      return missing === null ? complaints : [...complaints, missing];
    },
    *streams() {
      for (let after = 0; ;) {
        const page = names.all(after, pageSize);
        for (const row of page) {
          const stream = String(row['name']);
          yield { stream, events: eventsOf(stream) };
        }
        if (page.length < pageSize) return;
        after = Number(page.at(-1)?.['id']);
      }
    },
    stream: eventsOf,
    close: () => db.close(),
  };
}
