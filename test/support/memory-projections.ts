import { DatabaseSync } from 'node:sqlite';

import * as E from 'fp-ts/lib/Either.js';

import { allProjections } from '../../adapters/store-sqlite/projections/all.ts';
import { answersOf } from '../../adapters/store-sqlite/projections/answers.ts';
import { answering } from '../../adapters/store-sqlite/projections/questions.ts';
import { projectionTables } from '../../adapters/store-sqlite/projections/tables.ts';
import type { EventStore, Position } from '../../domain/ports.ts';

export interface MemoryProjections {
  readonly answers: ReturnType<typeof answersOf>;
  /** All rows of all tables, one text for each, in order: to compare two of these. */
  rows(): readonly string[];
}

/**
 * The production projections in a database in memory; they take in everything before each answer.
 *
 * @param gone streams that were removed since the last answer; emptied as they are taken in
 * @param dies whether the projector dies now, with a page taken in and not committed: another one goes on from what is there
 */
export function memoryProjections(
  feed: Pick<EventStore, 'readFeed'>,
  gone: string[],
  dies: () => boolean = () => false,
): MemoryProjections {
  const db = new DatabaseSync(':memory:');
  const open = () =>
    allProjections.map((projection) => projectionTables(db, projection, { oldest: 0, newest: Infinity }));
  let all = open();
  const answer = answering(db);
  let after: Position | null = null;
  const follow = async (): Promise<void> => {
    for (;;) {
      const page = await feed.readFeed(after, { prefixes: [''], max: 2_000 })();
      if (E.isLeft(page)) throw new Error(page.left.message);
      const { events, next, caughtUp } = page.right;
      const rows = events.map(
        ({ position, stream, revision, type, id, data, metadata }) =>
          [Number(position), stream, revision, type, id, data, metadata] as const,
      );
      const position = Number(next ?? 0);
      const forgotten = gone.map((stream) => ({ position, stream }));
      db.exec('begin');
      for (const tables of all) tables.take({ rows, forgotten, next: position, caughtUp });
      if (dies()) {
        db.exec('rollback');
        all = open();
        after = positionOf(Math.min(...all.map((tables) => tables.position())));
        continue;
      }
      db.exec('commit');
      gone.length = 0;
      after = next;
      if (caughtUp) return;
    }
  };
  // One after the other: two at once would take in the same page twice.
  let last: Promise<void> = Promise.resolve();
  return {
    answers: answersOf(async (question) => {
      // One that found the feed gone does not keep the next from asking again.
      last = last.catch(() => undefined).then(follow);
      await last;
      return question === 'caught-up' ? [] : answer(question);
    }),
    rows: () =>
      allProjections
        .flatMap(({ tables }) => tables)
        .flatMap(({ name }) =>
          db
            .prepare(`select * from ${name}`)
            .all()
            .map((row) => `${name} ${JSON.stringify(row)}`),
        )
        .toSorted(),
  };
}

function positionOf(position: number): Position | null {
  return position === 0 ? null : (String(position) as Position);
}
