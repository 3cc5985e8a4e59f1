import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import { changeReader } from '../reading.ts';
import { forgottenKept, lastPosition, openForReading } from '../schema.ts';
import { explained, explaining, isDamage } from '../trouble.ts';
import { allProjections } from './all.ts';
import { follow } from './follow.ts';
import { answering, type AnswerRow, type Question } from './questions.ts';
import { removeDatabase, renewProjections } from './renew.ts';
import { projectionTables, type ProjectionTables } from './tables.ts';

/**
 * Follows the feed in a thread of its own and answers questions about the rows. Rows and position commit together; the file can be
 * deleted at any time and is then rebuilt, so it need not be synced. One that is found damaged is deleted here.
 */
export type ToProjector =
  { readonly wake: true } | { readonly request: number; readonly question: Question | 'caught-up' };
export type FromProjector =
  | { readonly request: number; readonly rows: readonly AnswerRow[] }
  | { readonly request: number; readonly failure: string }
  /** For the log: something that the projector has to live with for now. */
  | { readonly trouble: string };

const { eventFile, file } = workerData as { readonly eventFile: string; readonly file: string };
const port = parentPort as MessagePort;
/** Under load, pages are let grow: a message that finishes within one never touches a row. */
const gatherFor = 20;
const lookEvery = 1_000;

const events = openForReading(eventFile);
const readChanges = changeReader(events);
/** What is wrong with the events is not the fault of the rows. */
const read: typeof readChanges = (after, max) => explaining(eventFile, () => readChanges(after, max));
let open: Rows | null = null;
let timer: NodeJS.Timeout | null = null;
let trouble = '';

port.on('message', (message: ToProjector) => {
  if ('wake' in message) {
    timer ??= setTimeout(catchUp, gatherFor);
    return;
  }
  const { request, question } = message;
  try {
    port.postMessage({ request, rows: answer(question) } satisfies FromProjector);
  } catch (error) {
    port.postMessage({ request, failure: textOf(error) } satisfies FromProjector);
  }
});
setInterval(catchUp, lookEvery).unref();
catchUp();

function answer(question: Question | 'caught-up'): readonly AnswerRow[] {
  if (question !== 'caught-up') return sound((rows) => rows.answer(question));
  sound(takeIn);
  return [];
}

/** A disk that is full now may have room at the next look. What is told once is not told every second. */
function catchUp(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  try {
    sound(takeIn);
    trouble = '';
  } catch (error) {
    if (textOf(error) !== trouble) report(`projections are not up to date: ${textOf(error)}`);
    trouble = textOf(error);
  }
}

interface Rows {
  readonly db: DatabaseSync;
  readonly all: readonly ProjectionTables[];
  readonly answer: ReturnType<typeof answering>;
}

function openRows(): Rows {
  const newest = lastPosition(events);
  const reach = { oldest: newest - forgottenKept, newest };
  renewProjections(read, file, reach);
  const db = new DatabaseSync(file);
  try {
    db.exec('pragma journal_mode = wal; pragma synchronous = off; pragma busy_timeout = 5000;');
    const all = allProjections.map((projection) => projectionTables(db, projection, reach));
    return { db, all, answer: answering(db) };
  } catch (error) {
    // Closed later, it would take away the WAL of the file that is made in its place.
    db.close();
    throw error;
  }
}

function takeIn({ db, all }: Rows): void {
  follow(read, db, all);
}

/** Does something with the rows; if they turn out to be damaged, they are made anew and it is done with those. */
function sound<A>(work: (rows: Rows) => A): A {
  try {
    return work((open ??= openRows()));
  } catch (error) {
    if (!isDamage(error)) throw explained(file, error);
    report(`${file} is damaged (${textOf(error)}): it is deleted and made anew`);
    open?.db.close();
    // What is made in its place may fail too: then the next question tries again, and asks no closed file.
    open = null;
    removeDatabase(file);
    open = openRows();
    takeIn(open);
    return work(open);
  }
}

function report(what: string): void {
  port.postMessage({ trouble: what } satisfies FromProjector);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
