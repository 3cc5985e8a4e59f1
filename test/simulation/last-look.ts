import * as E from 'fp-ts/lib/Either.js';

import { ContentError, type ContentStore, type EventStore } from '../../domain/ports.ts';
import { bytesOf } from '../support/memory-engine.ts';
import { memoryProjections, type MemoryProjections } from '../support/memory-projections.ts';
import { ofType, type Books, type Committed, type Problem } from './audit/books.ts';
import type { Living } from './inbound.ts';
import { sha256 } from './pdu.ts';
import { numbers } from './places.ts';

/** Projections that lived through everything are what a fresh fold of the feed makes, and open work is what the streams say they owe. */
export async function projectionProblems(
  books: Books,
  store: EventStore,
  lived: MemoryProjections,
): Promise<readonly Problem[]> {
  const promise = 'projections equal a fresh fold';
  const fresh = memoryProjections(store, []);
  await lived.answers.whenCaughtUp();
  await fresh.answers.whenCaughtUp();
  const [kept, made] = [new Set(lived.rows()), new Set(fresh.rows())];
  const differences = [
    ...[...kept].filter((row) => !made.has(row)).map((row) => `only there: ${row}`),
    ...[...made].filter((row) => !kept.has(row)).map((row) => `missing: ${row}`),
  ];
  return [...differences.slice(0, 3).map((what) => ({ promise, what })), ...owedProblems(books, [...made])];
}

/** What the last event of each stream says is owed stands in open work, and nothing else. */
function owedProblems({ streams }: Books, rows: readonly string[]): readonly Problem[] {
  const promise = 'open work is what is owed';
  const kept = rows
    .filter((row) => row.startsWith('open_work '))
    .map((row) => JSON.parse(row.slice('open_work '.length)) as Record<string, unknown>)
    .map(({ stream, on_what, at, until_at }) => JSON.stringify([stream, on_what, at, until_at]));
  const owed = [...streams].flatMap(([stream, events]) => {
    const last = JSON.parse(events.at(-1)?.metadata ?? '{}') as {
      readonly owed?: readonly { readonly on: string; readonly at: number; readonly until: number | null }[];
    };
    return (last.owed ?? []).map(({ on, at, until }) => JSON.stringify([stream, on, at, until]));
  });
  const [inRows, inStreams] = [new Set(kept), new Set(owed)];
  return [...inRows]
    .filter((row) => !inStreams.has(row))
    .concat([...inStreams].filter((row) => !inRows.has(row)))
    .slice(0, 3)
    .map((what) => ({ promise, what }));
}

/** The sealed bodies are what was mailed. */
export async function contentProblems(books: Books, content: ContentStore): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const [stream, events] of books.streams) {
    for (const { content: ref, bodySha256 } of ofType(events, 'Received')) {
      if (ref === null) continue;
      const body = await bytesOf(content.read(ref));
      const wrong = (what: string) =>
        problems.push({ promise: '250 means durable', what: `${stream}: ${what}` });
      if (body instanceof ContentError) wrong(body.message);
      else if (sha256(body) !== bodySha256) wrong('the body that is kept is another');
    }
  }
  return problems;
}

/** Own subscribers see in their outboxes what became of what they sent. */
export async function outboxProblems(books: Books, living: Living | null): Promise<readonly Problem[]> {
  if (living === null) return [{ promise: 'everything ends', what: 'no engine is alive at the end' }];
  const problems: Problem[] = [];
  for (const number of numbers.own) {
    const listed = await living.engine.handsets.list({ number, box: 'out', max: 100 });
    if (E.isLeft(listed)) throw new Error(listed.left.message);
    for (const { uid, recipients } of listed.right) {
      for (const { address, status, read } of recipients) {
        const expected = fateOf(books.streams.get(`mms-${uid}`) ?? [], address);
        const shown = `${status}${read ? ' and read' : ''}`;
        if (shown !== expected)
          problems.push({
            promise: 'the originator hears it',
            what: `${number} sees mms-${uid} as ${shown} at ${address}, and it is ${expected}`,
          });
      }
    }
  }
  return problems;
}

/** What stands last about a recipient. */
function fateOf(stream: readonly Committed[], address: string): string {
  let [status, read] = ['pending', ''];
  for (const { event } of stream) {
    if (event.type === 'Resent' && event.recipients.includes(address)) status = 'pending';
    if (!('stands' in event) || !event.stands || event.recipient !== address) continue;
    if (event.type === 'ReadReported') read = ' and read';
    else status = event.type === 'Delivered' ? 'retrieved' : event.status;
  }
  return `${status}${read}`;
}

/** The octets of everything committed, as one digest. */
export async function fingerprintOf(
  store: EventStore,
): Promise<{ readonly events: number; readonly digest: string }> {
  const page = await store.readFeed(null, { prefixes: [''], max: 10_000_000 })();
  if (E.isLeft(page)) throw new Error(page.left.message);
  const { events } = page.right;
  return { events: events.length, digest: sha256(events.map(({ metadata }) => metadata).join('\n')) };
}
