import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';

import { due, owed } from '../../domain/mms/due.ts';
import type { EventStore, StoredEvent } from '../../domain/ports.ts';
import type { Context } from '../../engine/context.ts';
import { messages } from '../../engine/messages.ts';
import type { Problem } from './audit/auditor.ts';

const promise = 'replay is inert';

/**
 * Each message folded again, as it was after each of its batches: nothing is asked of the world but its events, and it owes what it owed
 * then.
 */
export async function replayProblems(store: EventStore): Promise<readonly Problem[]> {
  const page = await store.readFeed(null, { prefixes: ['mms-'], max: 10_000_000 })();
  if (E.isLeft(page)) throw new Error(page.left.message);
  const streams = Map.groupBy(page.right.events, ({ stream }) => stream);
  const problems: Problem[] = [];
  for (const [stream, events] of streams) {
    for (const [index, last] of events.entries()) {
      const what = await replayed(stream, events.slice(0, index + 1), last);
      if (what !== null) problems.push({ promise, what: `${stream} up to revision ${index}: ${what}` });
    }
  }
  return problems;
}

async function replayed(
  stream: string,
  events: readonly StoredEvent[],
  last: StoredEvent,
): Promise<string | null> {
  const touched: string[] = [];
  // What is not there cannot be used: whoever touches it fails.
  const loaded = await messages(onlyReading(events, touched)).load(stream).catch(String);
  if (touched.length > 0 || typeof loaded === 'string') return `it touched ${touched.join(', ')}`;
  if (E.isLeft(loaded)) return loaded.left.message;
  const { owed: then } = JSON.parse(last.metadata) as { readonly owed?: unknown };
  const now = owed(due(loaded.right.state));
  return then === undefined || JSON.stringify(then) === JSON.stringify(now)
    ? null
    : `it owed ${JSON.stringify(then)}, and now ${JSON.stringify(now)}`;
}

/** A world in which there is nothing but these events; whatever else is asked for is noted. */
function onlyReading(events: readonly StoredEvent[], touched: string[]): Context {
  const noting = <A extends object>(name: string, there: Partial<A>): A =>
    new Proxy(there as A, {
      get: (target, key) => {
        if (key in target) return Reflect.get(target, key) as unknown;
        touched.push(`${name}.${String(key)}`);
        return undefined;
      },
    });
  const store = noting<EventStore>('store', { readStream: () => TE.right(events) });
  return noting<Context>('context', { store });
}
