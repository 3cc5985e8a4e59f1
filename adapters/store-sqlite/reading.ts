import type { DatabaseSync } from 'node:sqlite';

import type { Position, StoredEvent } from '../../domain/ports.ts';
import type { EventRow, ReadQuestion } from './messages.ts';

/** Answers questions about events on one read-only connection, each in a short transaction of its own. */
export interface EventReader {
  stream(name: string, from: number): readonly EventRow[];
  feed(
    after: number,
    prefixes: readonly string[],
    max: number,
  ): { readonly rows: readonly EventRow[]; readonly next: number; readonly caughtUp: boolean };
}

/** A row as the engine knows it. */
export function eventOf([position, stream, revision, type, id, data, metadata]: EventRow): StoredEvent {
  return { position: positionOf(position), stream, revision, type, id, data, metadata };
}

export function positionOf(position: number): Position {
  return String(position) as Position;
}

const columns = 'e.position, s.name, e.revision, e.type, e.id, e.data, e.metadata';

export function eventReader(db: DatabaseSync): EventReader {
  const byStream = db.prepare(
    `select ${columns} from streams s join events e on e.stream = s.id where s.name = ? and e.revision >= ? order by e.revision`,
  );
  const byPosition = db.prepare(
    `select ${columns} from events e join streams s on s.id = e.stream where e.position > ? order by e.position limit ?`,
  );
  byStream.setReturnArrays(true);
  byPosition.setReturnArrays(true);
  return {
    stream: (name, from) => byStream.all(name, from) as unknown as EventRow[],
    feed: (after, prefixes, max) => {
      const rows = byPosition.all(after, max) as unknown as EventRow[];
      return {
        rows: rows.filter(([, stream]) => prefixes.some((prefix) => stream.startsWith(prefix))),
        next: rows.at(-1)?.[0] ?? after,
        caughtUp: rows.length < max,
      };
    },
  };
}

/** What projections follow: events, and the streams that were removed. */
export interface Changes {
  readonly rows: readonly EventRow[];
  /** Removed before any of `rows`, or unrelated to them: the events of a stream that was removed are in no page. */
  readonly forgotten: readonly Forgotten[];
  readonly next: number;
  readonly caughtUp: boolean;
}

export interface Forgotten {
  readonly position: number;
  readonly stream: string;
}

/** Reads the changes after a position; at most so many events. */
export function changeReader(db: DatabaseSync): (after: number, max: number) => Changes {
  const reader = eventReader(db);
  const newest = db.prepare('select max(position) as position from forgotten');
  const between = db.prepare(
    'select position, stream from forgotten where position > ? and position <= ? order by position',
  );
  return (after, max) => {
    // Asked first, so that every event up to there is in the page that is read then.
    const lastForgotten = Number(newest.get()?.['position'] ?? 0);
    const { rows, next: lastRead, caughtUp } = reader.feed(after, [''], max);
    const next = caughtUp ? Math.max(lastRead, lastForgotten) : lastRead;
    const forgotten = between.all(after, next).map((row) => ({
      position: Number(row['position']),
      stream: String(row['stream']),
    }));
    return { rows, forgotten, next, caughtUp };
  };
}

export function answerQuestion(
  reader: EventReader,
  question: ReadQuestion,
): { readonly rows: readonly EventRow[]; readonly next: number; readonly caughtUp: boolean } {
  return question.kind === 'stream'
    ? { rows: reader.stream(question.stream, question.from), next: 0, caughtUp: true }
    : reader.feed(question.after, question.prefixes, question.max);
}
