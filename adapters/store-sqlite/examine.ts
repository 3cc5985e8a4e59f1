import type { StoredEvent } from '../../domain/ports.ts';
import { eventOf, eventReader } from './reading.ts';
import { openForReading } from './schema.ts';
import { eventFile, storeExists } from './store.ts';

/** Looks through a whole event file, beside a running engine or without one. */
export interface Examination {
  /** What SQLite itself finds wrong with the file; empty: nothing. */
  integrity(): readonly string[];
  /** Every stream with all its events, in the order in which they began. */
  streams(): Iterable<{ readonly stream: string; readonly events: readonly StoredEvent[] }>;
  /** The events of one stream as they are now. */
  stream(name: string): readonly StoredEvent[];
  close(): void;
}

const pageSize = 1_000;
const complaintsAtMost = 20;

/** Throws if there is no event file, or none that this program can read. */
export function examine(directory: string): Examination {
  if (!storeExists(directory)) {
    throw new Error(
      `there is no event store in ${directory}: name the node.dataDir of an engine that has run`,
    );
  }
  const db = openForReading(eventFile(directory));
  const reader = eventReader(db);
  const names = db.prepare('select id, name from streams where id > ? order by id limit ?');
  const eventsOf = (name: string): readonly StoredEvent[] => reader.stream(name, 0).map(eventOf);
  return {
    integrity: () => {
      const found = db.prepare(`pragma integrity_check(${complaintsAtMost})`).all();
      const complaints = found.map((row) => String(row['integrity_check'])).filter((text) => text !== 'ok');
      const strays = db.prepare('pragma foreign_key_check').all().length;
      return strays === 0 ? complaints : [...complaints, `${strays} events belong to no stream`];
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
