import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';

import type { MessageIndex, OpenWork, StreamEnds } from '../../../engine/context.ts';
import { eventFile } from '../store.ts';
import { openToRead } from '../to-read.ts';
import { explained, StoreRefused } from '../trouble.ts';
import { answersOf, queriesOf, type Ask, type ProjectionQueries } from './answers.ts';
import type { FromProjector, ToProjector } from './projector.ts';
import { answering, type AnswerRow } from './questions.ts';

/** The projections of one directory, kept up to date by a thread of their own. */
export interface Projections extends OpenWork, StreamEnds, MessageIndex, ProjectionQueries {
  /** A doorbell: something was appended. */
  wake(): void;
  close(): Promise<void>;
}

export const projectionFile = (directory: string): string => join(directory, 'projections.db');

/**
 * Starts the projector of an engine.
 *
 * @param report hears what the projector could not do, and what it made anew
 */
export function openProjections(
  directory: string,
  report: (what: string) => void = () => undefined,
): Projections {
  const workerData = { eventFile: eventFile(directory), file: projectionFile(directory) };
  const worker = new Worker(new URL('./projector.ts', import.meta.url), { workerData });
  const pending = new Map<number, { done(rows: readonly AnswerRow[]): void; failed(error: Error): void }>();
  let requests = 0;
  let dead: Error | null = null;
  const lost = (error: Error): void => {
    dead ??= error;
    for (const { failed } of pending.values()) failed(dead);
    pending.clear();
  };
  worker.on('message', (message: FromProjector) => {
    if ('trouble' in message) {
      report(message.trouble);
      return;
    }
    const asked = pending.get(message.request);
    pending.delete(message.request);
    if ('failure' in message) asked?.failed(new StoreRefused(message.failure));
    else asked?.done(message.rows);
  });
  worker.on('error', (error) => {
    const why = explained(workerData.eventFile, error);
    lost(why instanceof Error ? why : new Error(String(why)));
  });
  worker.on('exit', () => lost(new StoreRefused('the projector has ended: restart the engine')));

  const ask: Ask = (question) =>
    new Promise((done, failed) => {
      if (dead !== null) {
        failed(dead);
        return;
      }
      requests += 1;
      pending.set(requests, { done, failed });
      worker.postMessage({ request: requests, question } satisfies ToProjector);
    });

  return {
    ...answersOf(ask),
    wake: () => worker.postMessage({ wake: true } satisfies ToProjector),
    close: async () => {
      await worker.terminate();
    },
  };
}

/** The rows as the last engine left them, or as a running one keeps them. Throws if there are none. */
export function openProjectionsForReading(directory: string): ProjectionQueries & { close(): void } {
  const file = projectionFile(directory);
  if (!existsSync(file)) throw new Error(`there are no projections in ${directory}: start the engine once`);
  const db = openToRead(file);
  db.exec('pragma query_only = on');
  const answer = answeringKept(db, directory);
  return {
    ...queriesOf((question) => Promise.resolve(question === 'caught-up' ? [] : answer(question))),
    close: () => db.close(),
  };
}

/** What another version kept may have other tables. */
function answeringKept(db: DatabaseSync, directory: string): ReturnType<typeof answering> {
  try {
    return answering(db);
  } catch (error) {
    db.close();
    throw new Error(`the projections in ${directory} are of another version: start the engine once`, {
      cause: error,
    });
  }
}
