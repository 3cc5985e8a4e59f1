import type { MmsEvent, Received } from '../../../domain/mms/events.ts';
import type { Appended, EventStore, NewEvent, SendOutcome } from '../../../domain/ports.ts';
import type { Message, ReadPdu } from '../pdu.ts';
import type { SentReport } from '../partners.ts';
import type { PartnerName } from '../places.ts';

/** A promise that was broken, and how. */
export interface Problem {
  readonly promise: string;
  readonly what: string;
}

/** An event as it was committed. Of streams that are no message only some fields of `event` are there. */
export interface Committed {
  readonly stream: string;
  readonly revision: number;
  readonly event: MmsEvent;
  readonly metadata: string;
  readonly data: string;
  readonly id: string;
  readonly at: number;
  /** The incarnation that wrote it. */
  readonly worker: string;
}

/** A PDU that a partner's MMSC has taken from us. */
export interface Arrival {
  readonly partner: PartnerName;
  readonly pdu: ReadPdu;
  readonly worker: string;
}

/** A REQ that a partner mailed. */
export interface Request {
  readonly partner: PartnerName;
  readonly transactionId: string;
  readonly wantsRes: boolean;
  /** As the partner wrote it: the RES has to echo it. */
  readonly messageId: string;
  /** How often it was mailed: so often it may have come in whole. */
  mailed: number;
  /** How often the engine said 250 to it. */
  said250: number;
}

/** What the sender of a message asked for, as he wrote it. */
export interface Wishes {
  readonly delivery: boolean;
  readonly read: boolean;
}

/**
 * The auditor's own books: what the world saw, written down as it happened. Nothing in them comes from the engine but what it committed
 * and what it said on the wire.
 */
export interface Books {
  readonly streams: ReadonlyMap<string, readonly Committed[]>;
  readonly arrivals: readonly Arrival[];
  /** Forwards that partners mailed, by `partner transaction`. */
  readonly mailed: Map<string, Message>;
  readonly requests: Map<string, Request>;
  readonly reports: Map<string, SentReport>;
  /** What own subscribers asked for, by Message-ID. */
  readonly submitted: Map<string, Wishes>;
  /** Incarnations that died or stood still. */
  readonly lost: Set<string>;
  /** How often the store did not say yes, by stream. */
  readonly troubled: Map<string, number>;
  /** How tries on the wire ended, by our transaction id. */
  readonly outcomes: Map<string, SendOutcome[]>;
  /** Time was set: deadlines may have come early. */
  timeJumped: boolean;
  /** Hears of each event the instant it is in the store. */
  onCommit(listener: (committed: Committed) => void): void;
  arrived(arrival: Arrival): void;
  /** The store with its commits written down. */
  watch(store: EventStore): EventStore;
  /** The store as the engine sees it, with its troubles written down. */
  watchTroubles(store: EventStore): EventStore;
}

export const key = (partner: string, transactionId: string): string => `${partner} ${bare(transactionId)}`;
export const bare = (id: string | null): string => (id ?? '').replace(/^"|"$/g, '');

export function openBooks(now: () => number): Books {
  const streams = new Map<string, Committed[]>();
  const arrivals: Arrival[] = [];
  const listeners: ((committed: Committed) => void)[] = [];
  const troubled = new Map<string, number>();

  const commit = (stream: string, events: readonly NewEvent[], { revision }: Appended): void => {
    const known = streams.get(stream) ?? [];
    // The answer to a repeat.
    if (revision < known.length) return;
    const fresh = events.map(({ id, type, data, metadata }, index): Committed => ({
      stream,
      revision: known.length + index,
      event: { type, ...(JSON.parse(data) as object) } as MmsEvent,
      data,
      metadata,
      id,
      at: now(),
      worker: (JSON.parse(metadata) as { readonly incarnation: string }).incarnation,
    }));
    streams.set(stream, [...known, ...fresh]);
    for (const committed of fresh) for (const listener of listeners) listener(committed);
  };

  return {
    streams,
    arrivals,
    mailed: new Map(),
    requests: new Map(),
    reports: new Map(),
    submitted: new Map(),
    lost: new Set(),
    troubled,
    outcomes: new Map(),
    timeJumped: false,
    onCommit: (listener) => listeners.push(listener),
    arrived: (arrival) => arrivals.push(arrival),
    watch: (store) => ({
      ...store,
      append: (stream, expected, events) => {
        const run = store.append(stream, expected, events);
        return async () => {
          const appended = await run();
          if (appended._tag === 'Right') commit(stream, events, appended.right);
          return appended;
        };
      },
    }),
    watchTroubles: (store) => ({
      ...store,
      append: (stream, expected, events) => {
        const run = store.append(stream, expected, events);
        return async () => {
          const appended = await run();
          if (appended._tag === 'Left') troubled.set(stream, (troubled.get(stream) ?? 0) + 1);
          return appended;
        };
      },
    }),
  };
}

/** Streams that hold a message. */
export function messagesIn({ streams }: Books): readonly (readonly Committed[])[] {
  return [...streams].filter(([name]) => name.startsWith('mms-')).map(([, events]) => events);
}

/** Events of one type. */
export function ofType<T extends MmsEvent['type']>(
  committed: readonly Committed[],
  type: T,
): readonly Extract<MmsEvent, { type: T }>[] {
  return committed
    .map(({ event }) => event)
    .filter((event): event is Extract<MmsEvent, { type: T }> => event.type === type);
}

/** What the sender of an intake asked for: as he wrote it, not as the engine read it. */
export function wishesOf(books: Books, { from, transactionId, messageId }: Received): Wishes {
  const wishes =
    from.partner === '@own'
      ? books.submitted.get(messageId.normal)
      : books.mailed.get(key(from.partner, transactionId.normal));
  return wishes ?? { delivery: false, read: false };
}

/** The partner's name for a message's own id is the id itself: how the first `Received` has it. */
export function messageIdOf(committed: readonly Committed[]): string {
  return ofType(committed, 'Received')[0]?.messageId.normal ?? '';
}
