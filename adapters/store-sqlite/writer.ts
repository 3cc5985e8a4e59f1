import { dirname } from 'node:path';
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import type { DatabaseSync } from 'node:sqlite';

import type { AppendFailure, Expected } from '../../domain/ports.ts';
import type {
  AppendRequest,
  ForgetRequest,
  FromWriter,
  ToWriter,
  WriteAnswer,
  WriteRequest,
} from './messages.ts';
import { openMark } from './mark.ts';
import { forgottenKept, lastPosition, openForWriting, rewriteVersion } from './schema.ts';

/**
 * The one writer. Everything that waits when it is free becomes one transaction and shares one sync (group commit); answers go out
 * after the commit. Positions are given in order of commit, so a reader never sees a gap that is filled later.
 */
const { file } = workerData as { readonly file: string };
const port = parentPort as MessagePort;
const db = openForWriting(file);

const insertStream = db.prepare('insert into streams (name) values (?) returning id');
const findStream = db.prepare('select id from streams where name = ?');
const headOf = db.prepare('select max(revision) as revision from events where stream = ?');
const idsFrom = db.prepare(
  'select id, position, revision from events where stream = ? and revision > ? order by revision limit ?',
);
const insertEvent = db.prepare(
  'insert into events (position, stream, revision, type, id, data, metadata) values (?, ?, ?, ?, ?, ?, ?)',
);
const deleteEvents = db.prepare('delete from events where stream = ?');
const deleteStream = db.prepare('delete from streams where id = ?');
const insertForgotten = db.prepare('insert into forgotten (position, stream) values (?, ?)');
const pruneForgotten = db.prepare('delete from forgotten where position <= ?');

let position = lastPosition(db);
const mark = openMark(dirname(file), position);
let commits = 0;

port.on('message', (first: ToWriter) => {
  const requests: WriteRequest[] = [];
  let closing = false;
  for (let message: ToWriter | undefined = first; message !== undefined; message = nextMessage()) {
    if ('close' in message) closing = true;
    else requests.push(...message.writes);
  }
  if (requests.length > 0) answer(requests);
  if (closing) {
    db.close();
    mark.close();
    port.close();
  }
});
port.postMessage({ ready: true } satisfies FromWriter);

function nextMessage(): ToWriter | undefined {
  return (receiveMessageOnPort(port) as { message: ToWriter } | undefined)?.message;
}

function answer(requests: readonly WriteRequest[]): void {
  const began = performance.now();
  const answers = commitTogether(db, requests);
  port.postMessage({ answers, commits, took: performance.now() - began } satisfies FromWriter);
}

/** One transaction for all. A batch that conflicts writes nothing and does not hinder the others. */
function commitTogether(database: DatabaseSync, requests: readonly WriteRequest[]): readonly WriteAnswer[] {
  const before = position;
  try {
    database.exec('begin immediate');
    const answers = requests.map(write);
    database.exec('commit');
    commits += 1;
    moveMark();
    return answers;
  } catch (error) {
    position = before;
    return fail(database, requests, error instanceof Error ? error.message : String(error));
  }
}

/** The commit stands, whatever becomes of its mark: one that stays behind vouches for less. */
function moveMark(): void {
  try {
    mark.moveTo(position);
  } catch {
    return;
  }
}

/** Rolled back: nothing was written. If even that is in doubt, nobody can say. */
function fail(
  database: DatabaseSync,
  requests: readonly WriteRequest[],
  why: string,
): readonly WriteAnswer[] {
  let failure: AppendFailure;
  try {
    if (database.isTransaction) database.exec('rollback');
    failure = { kind: 'unavailable', message: `${file} cannot be written: ${why}` };
  } catch (error) {
    failure = { kind: 'unknown', message: `${file}: ${why}; ${String(error)}` };
  }
  return requests.map(({ request }) => ({ request, failure }));
}

function write(request: WriteRequest): WriteAnswer {
  if ('forget' in request) return forget(request);
  if (!('probe' in request)) return append(request);
  rewriteVersion(db);
  return { request: request.request, revision: 0, position };
}

function append({ request, stream, expected, events }: AppendRequest): WriteAnswer {
  const known = findStream.get(stream)?.['id'];
  const actual: Expected = known === undefined ? 'no-stream' : Number(headOf.get(known)?.['revision']);
  if (actual !== expected) {
    const repeated = repeatOf(known === undefined ? null : Number(known), expected, events);
    return repeated === null
      ? { request, failure: { kind: 'conflict', actual } }
      : { request, revision: repeated.revision, position: repeated.position };
  }
  const id = Number(known ?? insertStream.get(stream)?.['id']);
  let revision = expected === 'no-stream' ? -1 : expected;
  for (const event of events) {
    position += 1;
    revision += 1;
    insertEvent.run(position, id, revision, event.type, event.id, event.data, event.metadata);
  }
  return { request, revision, position };
}

/** The removal has a position of its own, so that projections learn of it and no position is ever given twice. */
function forget({ request, forget: stream, revision }: ForgetRequest): WriteAnswer {
  const known = findStream.get(stream)?.['id'];
  if (known === undefined) return { request, revision, position };
  const actual = Number(headOf.get(known)?.['revision']);
  if (actual !== revision) return { request, failure: { kind: 'conflict', actual } };
  position += 1;
  deleteEvents.run(known);
  deleteStream.run(known);
  insertForgotten.run(position, stream);
  pruneForgotten.run(position - forgottenKept);
  return { request, revision, position };
}

/** The identical batch once more: its events stand where it wants to put them. */
function repeatOf(
  stream: number | null,
  expected: Expected,
  events: AppendRequest['events'],
): { readonly revision: number; readonly position: number } | null {
  if (stream === null) return null;
  const rows = idsFrom.all(stream, expected === 'no-stream' ? -1 : expected, events.length);
  if (rows.length !== events.length || rows.some((row, index) => row['id'] !== events[index]?.id))
    return null;
  const last = rows.at(-1);
  return { revision: Number(last?.['revision']), position: Number(last?.['position']) };
}
