import { openSegmentStore } from '../../adapters/content-segments/store.ts';
import { openProjections } from '../../adapters/store-sqlite/projections/projections.ts';
import { openStore } from '../../adapters/store-sqlite/store.ts';
import type { ContentStore, EventStore } from '../../domain/ports.ts';
import { startEngine } from '../../engine/engine.ts';
import { memoryContext, receiving, type MemoryEngine, type MemoryWishes } from './memory-engine.ts';
import { nextTurn, virtualTime } from './virtual-time.ts';

/** The production engine on the stores of a data directory, in virtual time; its partners are functions. */
export interface DurableEngine extends MemoryEngine {
  /** Everything ends where it stands, as by a kill: nothing more is recorded. */
  kill(): Promise<void>;
}

export interface DurableWishes extends Omit<MemoryWishes, 'store' | 'content' | 'time'> {
  readonly directory: string;
  readonly startsAt: number;
}

export async function durableEngine(wishes: DurableWishes): Promise<DurableEngine> {
  const { directory } = wishes;
  const outside = patience();
  const time = virtualTime(wishes.startsAt, outside.settle);
  const store = await openStore(directory);
  const content = openSegmentStore(directory, time.clock);
  const projections = openProjections(directory);
  store.onAppended(projections.wake);
  const { context, sent } = memoryContext({
    ...wishes,
    time,
    store: awaitedStore(store, outside),
    content: awaitedContent(content, outside),
  });
  /** Rows that are never behind, so that every run takes the same course. */
  const inTime =
    <Args extends readonly unknown[], A>(ask: (...args: Args) => Promise<A>) =>
    (...args: Args): Promise<A> =>
      outside.during(projections.whenCaughtUp().then(() => ask(...args)));
  const openWork = {
    dueWork: inTime(projections.dueWork),
    nextInstant: inTime(projections.nextInstant),
    nextEnd: inTime(projections.nextEnd),
    overdue: inTime(projections.overdue),
    leases: inTime(projections.leases),
    pageOf: inTime(projections.pageOf),
    waiting: inTime(projections.waiting),
    whenCaughtUp: inTime(projections.whenCaughtUp),
  };
  const index = { find: inTime(projections.find), findByPrefix: inTime(projections.findByPrefix) };
  const ends = { endedBefore: inTime(projections.endedBefore), open: inTime(projections.open) };
  const engine = await startEngine({ ...context, openWork, index, ends });
  return {
    engine,
    time,
    store: context.store,
    content: context.content,
    openWork,
    sent,
    receive: receiving(engine),
    kill: async () => {
      await outside.settle();
      await projections.close();
      await content.close();
      await store.close();
    },
  };
}

/** Knows what threads and disks have in hand: virtual time stands still until they are done. */
interface Patience {
  during<A>(work: Promise<A>): Promise<A>;
  settle(): Promise<void>;
}

/** What an answer sets off, it sets off within so many turns of the event loop. */
const turns = 3;

function patience(): Patience {
  const inHand = new Set<Promise<unknown>>();
  return {
    during: async (work) => {
      inHand.add(work);
      try {
        return await work;
      } finally {
        inHand.delete(work);
      }
    },
    settle: async () => {
      for (let idle = 0; idle < turns; idle = inHand.size === 0 ? idle + 1 : 0) {
        await Promise.allSettled(inHand);
        await nextTurn();
      }
    },
  };
}

function awaitedStore(store: EventStore, { during }: Patience): EventStore {
  return {
    ...store,
    append: (stream, expected, events) => () => during(store.append(stream, expected, events)()),
    forget: (stream, revision) => () => during(store.forget(stream, revision)()),
    readStream: (stream, from) => () => during(store.readStream(stream, from)()),
    readFeed: (after, options) => () => during(store.readFeed(after, options)()),
  };
}

function awaitedContent(content: ContentStore, { during }: Patience): ContentStore {
  return {
    ...content,
    begin: (kind) => {
      const writer = content.begin(kind);
      return { ...writer, keep: () => () => during(writer.keep()()) };
    },
    read: async function* (ref) {
      const chunks = content.read(ref)[Symbol.asyncIterator]();
      for (;;) {
        const next = await during(chunks.next());
        if (next.done === true) return;
        yield next.value;
      }
    },
    erase: (refs) => () => during(content.erase(refs)()),
    segmentsBefore: (kind, instant) => () => during(content.segmentsBefore(kind, instant)()),
    dropSegment: (segment) => () => during(content.dropSegment(segment)()),
  };
}
