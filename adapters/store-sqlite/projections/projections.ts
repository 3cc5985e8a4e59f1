import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';

import type { OpenWork, OpenWorkRow } from '../../../engine/context.ts';
import { eventFile } from '../store.ts';
import type { FromProjector, ToProjector } from './projector.ts';
import { answering, type AnswerRow, type Question } from './questions.ts';

/** The projections of one directory, kept up to date by a thread of their own. */
export interface Projections extends OpenWork, ProjectionQueries {
  /** A doorbell: something was appended. */
  wake(): void;
  close(): Promise<void>;
}

export interface ProjectionQueries {
  /** How much waits for each thing, and since when. */
  waiting(): Promise<readonly WaitingRow[]>;
  /** Streams by a transaction id, Message-ID or phone number, the latest first. */
  find(key: string, max: number): Promise<readonly string[]>;
  routes(): Promise<readonly RouteRow[]>;
}

export interface WaitingRow {
  readonly on: string;
  readonly waiting: number;
  readonly oldest: number;
}

export interface RouteRow {
  readonly route: string;
  readonly partner: string;
  readonly state: 'up' | 'down';
  readonly since: number;
  readonly why: string | null;
}

type Ask = (question: Question | 'caught-up') => Promise<readonly AnswerRow[]>;

const projectionFile = (directory: string): string => join(directory, 'projections.db');

/** Starts the projector of an engine. */
export function openProjections(directory: string): Projections {
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
  worker.on('message', ({ request, rows }: FromProjector) => {
    pending.get(request)?.done(rows);
    pending.delete(request);
  });
  worker.on('error', (error) => lost(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => lost(new Error('the projector has ended: restart the engine')));

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
    ...queriesOf(ask),
    dueWork: async ({ on, now, max }) => (await ask({ ask: 'due', on, now, max })).map(workRow),
    nextInstant: async (on, now) => numberOrNull((await ask({ ask: 'next', on, now }))[0]?.['at']),
    overdue: async (now, max) => (await ask({ ask: 'overdue', now, max })).map(workRow),
    leases: async (max) => (await ask({ ask: 'leases', max })).map(workRow),
    whenCaughtUp: async () => {
      await ask('caught-up');
    },
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
  const db = new DatabaseSync(file);
  db.exec('pragma busy_timeout = 5000; pragma query_only = on;');
  const answer = answering(db);
  return {
    ...queriesOf((question) => Promise.resolve(question === 'caught-up' ? [] : answer(question))),
    close: () => db.close(),
  };
}

function queriesOf(ask: Ask): ProjectionQueries {
  return {
    waiting: async () =>
      (await ask({ ask: 'waiting' })).map((row) => ({
        on: String(row['on_what']),
        waiting: Number(row['waiting']),
        oldest: Number(row['oldest']),
      })),
    find: async (key, max) => (await ask({ ask: 'find', key, max })).map((row) => String(row['stream'])),
    routes: async () =>
      (await ask({ ask: 'routes' })).map((row) => ({
        route: String(row['route']),
        partner: String(row['partner']),
        state: row['state'] === 'down' ? 'down' : 'up',
        since: Number(row['since']),
        why: row['why'] === null ? null : String(row['why']),
      })),
  };
}

function workRow(row: AnswerRow): OpenWorkRow {
  return {
    stream: String(row['stream']),
    on: String(row['on_what']),
    at: Number(row['at']),
    until: numberOrNull(row['until_at']),
  };
}

function numberOrNull(value: string | number | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
