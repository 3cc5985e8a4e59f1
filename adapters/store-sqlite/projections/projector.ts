import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import { messageIndex } from '../../../projections/message-index.ts';
import { openWork } from '../../../projections/open-work.ts';
import { routes } from '../../../projections/routes.ts';
import { eventReader } from '../reading.ts';
import { openForReading } from '../schema.ts';
import { answering, type AnswerRow, type Question } from './questions.ts';
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
const pageSize = 2_000;
/** Under load, pages are let grow: a message that finishes within one never touches a row. */
const gatherFor = 20;
const lookEvery = 1_000;

const events = openForReading(eventFile);
const reader = eventReader(events);
const db = new DatabaseSync(file);
db.exec('pragma journal_mode = wal; pragma synchronous = off; pragma busy_timeout = 5000;');
const all = [openWork, messageIndex, routes].map((projection) => projectionTables(db, projection));
const answer = answering(db);
let timer: NodeJS.Timeout | null = null;

port.on('message', (message: ToProjector) => {
  if ('wake' in message) {
    timer ??= setTimeout(follow, gatherFor);
  } else if (message.question === 'caught-up') {
    follow();
    port.postMessage({ request: message.request, rows: [] } satisfies FromProjector);
  } else {
    port.postMessage({ request: message.request, rows: answer(message.question) } satisfies FromProjector);
  }
});
setInterval(follow, lookEvery).unref();
follow();

/** Takes in everything there is, page by page. Projections may stand at different places after a new version. */
function follow(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  for (;;) {
    const after = Math.min(...all.map((tables) => tables.position()));
    const page = reader.feed(after, [''], pageSize);
    if (page.next === after) return;
    db.exec('begin');
    for (const tables of all) {
      const fresh = page.rows.filter(([position]) => position > tables.position());
      if (page.next > tables.position()) tables.take(fresh, page.next);
    }
    db.exec('commit');
    if (page.caughtUp) return;
  }
}
