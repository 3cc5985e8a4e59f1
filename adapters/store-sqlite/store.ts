import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';

import type { AppendFailure, Appended, EventStore, FeedPage, StoreUnavailable } from '../../domain/ports.ts';
import { lockDirectory } from './lock.ts';
import { markFile, missingAfter, readMark } from './mark.ts';
import { eventOf, positionOf } from './reading.ts';
import { lastPositionIn } from './schema.ts';
import { explained, StoreRefused } from './trouble.ts';
import type {
  FromWriter,
  ReadAnswer,
  ReadQuestion,
  ReadRequest,
  ToWriter,
  WriteAnswer,
  WriteRequest,
} from './messages.ts';

export interface SqliteStore extends EventStore {
  /** How many commits carried the appends so far: fewer than appends when they share them. */
  commits(): number;
  /** Why it cannot be written or read now; null: it can. It is tried. */
  problem(): Promise<string | null>;
  close(): Promise<void>;
}

export const eventFile = (directory: string): string => join(directory, 'events.db');

export const storeExists = (directory: string): boolean => existsSync(eventFile(directory));

/** Whether anything was ever recorded here. Throws `StoreRefused` if that cannot be read. */
export const holdsEvents = (directory: string): boolean => lastPositionIn(eventFile(directory)) > 0;

/** Hears of each commit: how many writes shared it, and the seconds it took. */
export type OnCommit = (writes: number, seconds: number) => void;

/**
 * Opens the store of an engine: locks the directory, makes or upgrades the file. Throws `DirectoryInUse`, or `StoreRefused` for what
 * is damaged, cannot be written or ends too early.
 *
 * @param report hears what an operator should know of a store that can be used
 */
export async function openStore(
  directory: string,
  onCommit: OnCommit = () => undefined,
  report: (what: string) => void = () => undefined,
): Promise<SqliteStore> {
  const lock = lockDirectory(directory);
  try {
    refuseIfCutShort(directory, report);
    const writer = await startWriter(eventFile(directory), onCommit);
    const reader = startReader(eventFile(directory));
    return {
      ...reader.reads,
      ...writer.appends,
      problem: async () => {
        const read = await reader.reads.readFeed(null, { prefixes: [''], max: 1 })();
        return (await writer.problem()) ?? (E.isLeft(read) ? read.left.message : null);
      },
      close: async () => {
        await writer.close();
        await reader.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Nothing has been opened for writing yet, so a file that is put back finds everything as it was. */
function refuseIfCutShort(directory: string, report: (what: string) => void): void {
  const file = eventFile(directory);
  const [position, mark] = [lastPositionIn(file), readMark(directory)];
  const missing = missingAfter(position, mark);
  if (missing !== null) {
    throw new StoreRefused(
      `${file}: ${missing}. Put back the file that held them (${file}-wal, if that is gone), or restore a backup; ` +
        `to go on without them, delete ${markFile(directory)}`,
    );
  }
  if (mark === null && position > 0) {
    report(`there is no ${markFile(directory)} yet: whether events are missing can be told from now on`);
  }
}

/** Opens it beside a running engine, or without one, for reading only. Throws if there is none. */
export function openStoreForReading(directory: string): Pick<EventStore, 'readStream' | 'readFeed'> & {
  close(): Promise<void>;
} {
  if (!storeExists(directory)) {
    throw new Error(
      `there is no event store in ${directory}: name the node.dataDir of an engine that has run`,
    );
  }
  const reader = startReader(eventFile(directory));
  return { ...reader.reads, close: reader.close };
}

// ---------------------------------------------------------------- writing

interface Writing {
  readonly appends: Pick<SqliteStore, 'append' | 'forget' | 'onAppended' | 'commits'>;
  problem(): Promise<string | null>;
  close(): Promise<void>;
}

async function startWriter(file: string, onCommit: OnCommit): Promise<Writing> {
  const worker = new Worker(new URL('./writer.ts', import.meta.url), { workerData: { file } });
  const pending = new Map<number, (answer: E.Either<AppendFailure, Appended>) => void>();
  const listeners = new Set<() => void>();
  let queue: WriteRequest[] = [];
  let requests = 0;
  let commits = 0;
  let dead: string | null = null;

  const settle = (answer: WriteAnswer): void => {
    pending.get(answer.request)?.(
      'failure' in answer
        ? E.left(answer.failure)
        : E.right({ revision: answer.revision, position: positionOf(answer.position) }),
    );
    pending.delete(answer.request);
  };

  /** The thread is gone: what was with it may or may not be written. */
  const lost = (why: string): void => {
    dead = `the store's writer is gone (${why}): restart the engine`;
    for (const done of pending.values()) done(E.left({ kind: 'unknown', message: dead }));
    pending.clear();
  };

  /** All writes of one turn of the event loop go over in one message. */
  const flush = (): void => {
    const writes = queue;
    queue = [];
    worker.postMessage({ writes } satisfies ToWriter);
  };

  const write = (request: (request: number) => WriteRequest): Promise<E.Either<AppendFailure, Appended>> => {
    if (dead !== null) return Promise.resolve(E.left({ kind: 'unavailable', message: dead }));
    return new Promise((resolve) => {
      requests += 1;
      pending.set(requests, resolve);
      if (queue.length === 0) setImmediate(flush);
      queue.push(request(requests));
    });
  };

  const started = Promise.withResolvers<undefined>();
  worker.on('message', (message: FromWriter) => {
    if ('ready' in message) {
      started.resolve(undefined);
      return;
    }
    commits = message.commits;
    onCommit(message.answers.length, message.took / 1_000);
    for (const answer of message.answers) settle(answer);
    for (const listener of listeners) listener();
  });
  worker.on('error', (error) => {
    started.reject(explained(file, error));
    lost(error instanceof Error ? error.message : String(error));
  });
  worker.on('exit', (code) => lost(`exit ${code}`));
  await started.promise;

  return {
    appends: {
      commits: () => commits,
      onAppended: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      append: (stream, expected, events) => () => {
        if (events.length === 0) throw new Error('an append without events');
        return write((request) => ({ request, stream, expected, events }));
      },
      forget: (stream, revision) =>
        TE.map(() => undefined)(() => write((request) => ({ request, forget: stream, revision }))),
    },
    problem: async () => {
      const written = await write((request) => ({ request, probe: true }));
      return E.isLeft(written) && 'message' in written.left ? written.left.message : null;
    },
    close: () =>
      new Promise((resolve) => {
        // A thread that is gone does not go again.
        if (dead !== null) resolve();
        worker.once('exit', () => resolve());
        worker.postMessage({ close: true } satisfies ToWriter);
      }),
  };
}

// ---------------------------------------------------------------- reading

interface Reading {
  readonly reads: Pick<EventStore, 'readStream' | 'readFeed'>;
  close(): Promise<void>;
}

type Rows = Extract<ReadAnswer, { readonly next: number }>;

function startReader(file: string): Reading {
  const worker = new Worker(new URL('./reader.ts', import.meta.url), { workerData: { file } });
  worker.unref();
  const pending = new Map<number, (answer: E.Either<StoreUnavailable, Rows>) => void>();
  let requests = 0;
  let dead: string | null = null;

  const lost = (why: string): void => {
    dead = `${file} cannot be read: ${why}`;
    for (const done of pending.values()) done(E.left({ kind: 'unavailable', message: dead }));
    pending.clear();
  };
  worker.on('message', (answer: ReadAnswer) => {
    pending.get(answer.request)?.(
      'error' in answer ? E.left({ kind: 'unavailable', message: answer.error }) : E.right(answer),
    );
    pending.delete(answer.request);
    if (pending.size === 0) worker.unref();
  });
  worker.on('error', (error) => lost(error instanceof Error ? error.message : String(error)));
  worker.on('exit', () => lost('its reader has ended'));

  const ask = (question: ReadQuestion): Promise<E.Either<StoreUnavailable, Rows>> => {
    if (dead !== null) return Promise.resolve(E.left({ kind: 'unavailable', message: dead }));
    return new Promise((resolve) => {
      requests += 1;
      pending.set(requests, resolve);
      worker.ref();
      worker.postMessage({ request: requests, question } satisfies ReadRequest);
    });
  };

  return {
    reads: {
      readStream:
        (stream, from = 0) =>
        async () =>
          E.map(({ rows }: Rows) => rows.map(eventOf))(await ask({ kind: 'stream', stream, from })),
      readFeed:
        (after, { prefixes, max }) =>
        async () => {
          const start = after === null ? 0 : Number(after);
          const answer = await ask({ kind: 'feed', after: start, prefixes, max });
          return E.map(({ rows, next, caughtUp }: Rows): FeedPage => ({
            events: rows.map(eventOf),
            next: next === 0 ? null : positionOf(next),
            caughtUp,
          }))(answer);
        },
    },
    close: async () => {
      await worker.terminate();
    },
  };
}
