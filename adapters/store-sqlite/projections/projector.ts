import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import { changeReader } from '../reading.ts';
import { forgottenKept, lastPosition, openForReading } from '../schema.ts';
import { allProjections } from './all.ts';
import { follow } from './follow.ts';
import { answering, type AnswerRow, type Question } from './questions.ts';
import { renewProjections } from './renew.ts';
import { projectionTables } from './tables.ts';

/**
 * Follows the feed in a thread of its own and answers questions about the rows. Rows and position commit together; the file can be
 * deleted at any time and is then rebuilt, so it need not be synced.
 */
export type ToProjector =
  { readonly wake: true } | { readonly request: number; readonly question: Question | 'caught-up' };
export type FromProjector = { readonly request: number; readonly rows: readonly AnswerRow[] };

const { eventFile, file } = workerData as { readonly eventFile: string; readonly file: string };
const port = parentPort as MessagePort;
/** Under load, pages are let grow: a message that finishes within one never touches a row. */
const gatherFor = 20;
const lookEvery = 1_000;

const events = openForReading(eventFile);
const read = changeReader(events);
const oldest = lastPosition(events) - forgottenKept;
renewProjections(read, file, oldest);
const db = new DatabaseSync(file);
db.exec('pragma journal_mode = wal; pragma synchronous = off; pragma busy_timeout = 5000;');
const all = allProjections.map((projection) => projectionTables(db, projection, oldest));
const answer = answering(db);
let timer: NodeJS.Timeout | null = null;

port.on('message', (message: ToProjector) => {
  if ('wake' in message) {
    timer ??= setTimeout(catchUp, gatherFor);
  } else if (message.question === 'caught-up') {
    catchUp();
    port.postMessage({ request: message.request, rows: [] } satisfies FromProjector);
  } else {
    port.postMessage({ request: message.request, rows: answer(message.question) } satisfies FromProjector);
  }
});
setInterval(catchUp, lookEvery).unref();
catchUp();

function catchUp(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  follow(read, db, all);
}
