import type { DatabaseSync } from 'node:sqlite';

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

export function answerQuestion(
  reader: EventReader,
  question: ReadQuestion,
): { readonly rows: readonly EventRow[]; readonly next: number; readonly caughtUp: boolean } {
  return question.kind === 'stream'
    ? { rows: reader.stream(question.stream, question.from), next: 0, caughtUp: true }
    : reader.feed(question.after, question.prefixes, question.max);
}
