import * as E from 'fp-ts/lib/Either.js';

import type { EventStore, FeedPage, Position, Timers } from '../../domain/ports.ts';
import type { MessageIndex, OpenWork } from '../../engine/context.ts';
import type { Chance } from '../support/chance.ts';
import type { Faults } from './faults.ts';
import { pause } from './stores.ts';

/**
 * The global feed as projections may get it: some of it again, in small pieces, in an order that is right within each stream alone, for a
 * while nothing, or not at all.
 */
export interface FaultyFeed extends Pick<EventStore, 'readFeed'> {
  /** Does something with a feed that does not stall. */
  flowing<A>(ask: () => Promise<A>): Promise<A>;
}

const dropped = { kind: 'unavailable', message: 'the feed was dropped' } as const;
const longestStall = 3 * 60_000;

export function faultyFeed(store: EventStore, faults: Faults, chance: Chance, timers: Timers): FaultyFeed {
  let stalled: Promise<void> | null = null;
  let flowing = 0;

  const isStalled = (): boolean => {
    if (flowing > 0) return false;
    if (stalled === null && faults.happens('feedStalled')) {
      stalled = pause(timers, chance.between(1_000, longestStall)).then(() => {
        stalled = null;
      });
    }
    return stalled !== null;
  };

  return {
    readFeed: (after, options) => async () => {
      if (isStalled()) return E.right({ events: [], next: after, caughtUp: true });
      if (faults.happens('feedDropped')) return E.left(dropped);
      const from = after !== null && faults.happens('feedRepeated') ? earlier(after, chance) : after;
      const max = faults.happens('feedTorn') ? chance.between(1, 4) : options.max;
      const read = await store.readFeed(from, { ...options, max })();
      const page = E.isRight(read) && faults.happens('feedReordered') ? E.right(reordered(read.right)) : read;
      // What was repeated may end before the place where it was asked for: it goes on from there.
      const next = E.isRight(page) ? page.right.next : null;
      if (E.isLeft(page) || after === null || next === null || Number(next) > Number(after)) return page;
      return E.right({ events: page.right.events, next: after, caughtUp: from === after });
    },
    flowing: async (ask) => {
      await stalled;
      flowing += 1;
      return ask().finally(() => (flowing -= 1));
    },
  };
}

/** Stream after stream. */
function reordered(page: FeedPage): FeedPage {
  const byStream = Object.groupBy(page.events, ({ stream }) => stream);
  return {
    ...page,
    events: Object.values(byStream)
      .toReversed()
      .flatMap((events) => events ?? []),
  };
}

function earlier(after: Position, chance: Chance): Position | null {
  const back = Math.max(0, Number(after) - chance.between(1, 20));
  return back === 0 ? null : (String(back) as Position);
}

/**
 * Open work whose answers may overtake each other: what was due a moment ago may be missing, or be done. Whoever waits until it has
 * caught up sees nothing older than that.
 */
export function lagging<P extends OpenWork & MessageIndex>(
  projections: P,
  feed: FaultyFeed,
  faults: Faults,
): P {
  const before = new Map<string, unknown>();
  const asked = async <A>(question: string, ask: () => Promise<A>): Promise<A> => {
    const known = before.get(question) as A | undefined;
    if (known !== undefined && faults.happens('answerOvertaken')) return known;
    const answer = await ask();
    before.set(question, answer);
    return answer;
  };
  return {
    ...projections,
    dueWork: (question) => asked(`due ${question.on}`, () => projections.dueWork(question)),
    nextInstant: (on, now) => asked(`next ${on}`, () => projections.nextInstant(on, now)),
    nextEnd: (now) => asked('next end', () => projections.nextEnd(now)),
    overdue: (now, max) => asked('overdue', () => projections.overdue(now, max)),
    find: (key, max) => asked(`find ${key}`, () => projections.find(key, max)),
    whenCaughtUp: async () => {
      await feed.flowing(() => projections.whenCaughtUp());
      before.clear();
    },
  };
}
