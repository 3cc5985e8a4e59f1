import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import type {
  AppendFailure,
  Appended,
  EventStore,
  Expected,
  NewEvent,
  Position,
  StoredEvent,
} from '../../domain/ports.ts';

/** A store under test. `reopen` where what was appended must outlive it. */
export interface StoreUnderTest {
  readonly store: EventStore;
  reopen?(): Promise<EventStore>;
  close(): Promise<void>;
}

export function event(type = 'Happened', data: object = {}): NewEvent {
  return { id: randomUUID(), type, data: JSON.stringify(data), metadata: '{"v":1}' };
}

export async function appended(
  store: EventStore,
  stream: string,
  expected: Expected,
  events: readonly NewEvent[],
): Promise<Appended> {
  const answer = await store.append(stream, expected, events)();
  if (E.isLeft(answer)) throw new Error(`not appended: ${JSON.stringify(answer.left)}`);
  return answer.right;
}

async function refused(
  store: EventStore,
  stream: string,
  expected: Expected,
  events: readonly NewEvent[],
): Promise<AppendFailure> {
  const answer = await store.append(stream, expected, events)();
  if (E.isRight(answer)) throw new Error('it was appended');
  return answer.left;
}

export async function streamOf(
  store: EventStore,
  stream: string,
  from?: number,
): Promise<readonly StoredEvent[]> {
  const read = await store.readStream(stream, from)();
  if (E.isLeft(read)) throw new Error(read.left.message);
  return read.right;
}

/** The whole feed, page by page. */
async function feedOf(
  store: EventStore,
  prefixes: readonly string[],
  max: number,
  from: Position | null = null,
): Promise<readonly StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (let after = from; ;) {
    const page = await store.readFeed(after, { prefixes, max })();
    if (E.isLeft(page)) throw new Error(page.left.message);
    all.push(...page.right.events);
    after = page.right.next;
    if (page.right.caughtUp) return all;
  }
}

const ids = (events: readonly NewEvent[]): readonly string[] => events.map(({ id }) => id);

/** What every event store has to do (`EventStore` in domain/ports.ts). */
export function eventStoreContract(name: string, make: () => Promise<StoreUnderTest>): void {
  const during = async (work: (store: EventStore, under: StoreUnderTest) => Promise<void>): Promise<void> => {
    const under = await make();
    try {
      await work(under.store, under);
    } finally {
      await under.close();
    }
  };

  describe(`${name} keeps the contract of an event store`, () => {
    it('a stream begins at no-stream and goes on at its exact revision, without gaps', () =>
      during(async (store) => {
        assert.deepEqual(await streamOf(store, 'mms-1'), []);
        const batch = [event('A', { n: 1 }), event('B', { text: 'ü' })];
        assert.equal((await appended(store, 'mms-1', 'no-stream', batch)).revision, 1);
        assert.equal((await appended(store, 'mms-1', 1, [event('C')])).revision, 2);
        const stored = await streamOf(store, 'mms-1');
        assert.deepEqual(
          stored.map(({ type, revision }) => [type, revision]),
          [
            ['A', 0],
            ['B', 1],
            ['C', 2],
          ],
        );
        assert.deepEqual(
          stored.slice(0, 2).map(({ id, data, metadata }) => [id, data, metadata]),
          batch.map(({ id, data, metadata }) => [id, data, metadata]),
        );
        assert.deepEqual(
          (await streamOf(store, 'mms-1', 2)).map(({ type }) => type),
          ['C'],
        );
      }));

    it('anywhere else is a conflict that says where the stream stands, and writes nothing', () =>
      during(async (store) => {
        assert.deepEqual(await refused(store, 'mms-1', 0, [event()]), {
          kind: 'conflict',
          actual: 'no-stream',
        });
        await appended(store, 'mms-1', 'no-stream', [event()]);
        assert.deepEqual(await refused(store, 'mms-1', 'no-stream', [event()]), {
          kind: 'conflict',
          actual: 0,
        });
        assert.deepEqual(await refused(store, 'mms-1', 7, [event(), event()]), {
          kind: 'conflict',
          actual: 0,
        });
        assert.equal((await streamOf(store, 'mms-1')).length, 1);
        assert.equal((await feedOf(store, [''], 100)).length, 1);
      }));

    it('the identical batch may be repeated and answers as the first time, also after others', () =>
      during(async (store) => {
        const first = [event(), event()];
        const second = [event()];
        const answer = await appended(store, 'mms-1', 'no-stream', first);
        const later = await appended(store, 'mms-1', 1, second);
        assert.deepEqual(await appended(store, 'mms-1', 'no-stream', first), answer);
        assert.deepEqual(await appended(store, 'mms-1', 1, second), later);
        assert.equal((await streamOf(store, 'mms-1')).length, 3);
      }));

    it('a batch that matches only in part is a conflict', () =>
      during(async (store) => {
        const [one, two] = [event(), event()];
        await appended(store, 'mms-1', 'no-stream', [one, two]);
        assert.equal((await refused(store, 'mms-1', 'no-stream', [one, event()])).kind, 'conflict');
        assert.equal((await refused(store, 'mms-1', 'no-stream', [one, two, event()])).kind, 'conflict');
      }));

    it('an id that stands in the stream does append again at the current revision: deciding is not the store’s', () =>
      during(async (store) => {
        const one = event();
        await appended(store, 'mms-1', 'no-stream', [one]);
        assert.equal((await appended(store, 'mms-1', 0, [one])).revision, 1);
      }));

    it('of many who append at one revision exactly one wins', () =>
      during(async (store) => {
        await appended(store, 'mms-1', 'no-stream', [event()]);
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => store.append('mms-1', 0, [event(), event()])()),
        );
        assert.equal(answers.filter(E.isRight).length, 1);
        assert.deepEqual(
          (await streamOf(store, 'mms-1')).map(({ revision }) => revision),
          [0, 1, 2],
        );
      }));

    it('an empty batch is a programmer’s mistake', () =>
      during(async (store) => {
        await assert.rejects(async () => store.append('mms-1', 'no-stream', [])());
      }));

    it('the feed has every event in the order of its position, by prefix, in pages of any size', () =>
      during(async (store) => {
        const written: NewEvent[] = [];
        for (let number = 0; number < 25; number += 1) {
          const one = event('E', { number });
          await appended(store, number % 3 === 0 ? `partner-${number}` : `mms-${number}`, 'no-stream', [one]);
          written.push(one);
        }
        for (const max of [1, 7, 100]) {
          assert.deepEqual(ids(await feedOf(store, [''], max)), ids(written));
          assert.deepEqual(
            ids(await feedOf(store, ['partner-'], max)),
            ids(written.filter((_, number) => number % 3 === 0)),
          );
          assert.deepEqual(ids(await feedOf(store, ['partner-', 'mms-'], max)), ids(written));
        }
        const all = await feedOf(store, [''], 100);
        assert.deepEqual(ids(await feedOf(store, [''], 4, all[9]?.position ?? null)), ids(written.slice(10)));
      }));

    it('an empty feed says so', () =>
      during(async (store) => {
        const page = await store.readFeed(null, { prefixes: [''], max: 10 })();
        assert.deepEqual(page, E.right({ events: [], next: null, caughtUp: true }));
      }));

    it('a forgotten stream is gone, as if it had never been, and may begin again', () =>
      during(async (store) => {
        await appended(store, 'mms-1', 'no-stream', [event(), event()]);
        assert.deepEqual(await store.forget('mms-1', 1)(), E.right(undefined));
        assert.deepEqual(await streamOf(store, 'mms-1'), []);
        assert.deepEqual(await feedOf(store, [''], 10), []);
        assert.equal((await refused(store, 'mms-1', 1, [event()])).kind, 'conflict');
        assert.equal((await appended(store, 'mms-1', 'no-stream', [event()])).revision, 0);
        assert.equal((await streamOf(store, 'mms-1')).length, 1);
      }));

    it('a stream that stands elsewhere is not forgotten; one that is not there already is', () =>
      during(async (store) => {
        await appended(store, 'mms-1', 'no-stream', [event(), event()]);
        for (const revision of [0, 2]) {
          assert.deepEqual(await store.forget('mms-1', revision)(), E.left({ kind: 'conflict', actual: 1 }));
        }
        assert.equal((await streamOf(store, 'mms-1')).length, 2);
        assert.deepEqual(await store.forget('mms-2', 0)(), E.right(undefined));
      }));

    it('forgetting moves no other event, and no position is given twice, also after reopening', () =>
      during(async (store, under) => {
        for (const name of ['mms-1', 'mms-2', 'mms-3']) await appended(store, name, 'no-stream', [event()]);
        const before = await feedOf(store, [''], 10);
        const last = before.at(-1)?.position ?? null;
        await store.forget('mms-1', 0)();
        await store.forget('mms-3', 0)();
        const again = (await under.reopen?.()) ?? store;
        assert.deepEqual(await feedOf(again, [''], 10), [before[1]]);
        const next = event();
        await appended(again, 'mms-4', 'no-stream', [next]);
        assert.deepEqual(ids(await feedOf(again, [''], 10, last)), [next.id]);
        for (const max of [1, 2]) assert.equal((await feedOf(again, [''], max)).length, 2);
      }));

    it('the doorbell rings after an append, until it is unhung', () =>
      during(async (store) => {
        let rung = 0;
        const unhang = store.onAppended(() => {
          rung += 1;
        });
        await appended(store, 'mms-1', 'no-stream', [event()]);
        assert.ok(rung >= 1);
        const before = rung;
        unhang();
        await appended(store, 'mms-2', 'no-stream', [event()]);
        assert.equal(rung, before);
      }));

    it('what was appended is there after reopening, at the same positions', () =>
      during(async (store, under) => {
        if (under.reopen === undefined) return;
        await appended(store, 'mms-1', 'no-stream', [event(), event()]);
        const before = await feedOf(store, [''], 10);
        const again = await under.reopen();
        assert.deepEqual(await feedOf(again, [''], 10), before);
        assert.equal((await appended(again, 'mms-1', 1, [event()])).revision, 2);
      }));
  });
}
