import type { Configuration } from '../domain/configuration.ts';
import type { Owed } from '../domain/mms/due.ts';
import type {
  Clock,
  ContentStore,
  Disk,
  EventStore,
  HandsetGateway,
  MailTransport,
  Randomness,
  Timers,
} from '../domain/ports.ts';
import type { RouteTable } from '../domain/routing/route-table.ts';
import type { Meters } from './meters.ts';

/** All that the engine's programs stand on. One record, passed along; nothing in `engine/` reaches further than this. */
export interface Context {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly randomness: Randomness;
  readonly store: EventStore;
  readonly content: ContentStore;
  readonly disk: Disk;
  readonly transport: MailTransport;
  /** Our own subscribers' side. */
  readonly gateway: HandsetGateway;
  readonly openWork: OpenWork;
  readonly index: MessageIndex;
  readonly ends: StreamEnds;
  readonly configuration: Configuration;
  readonly configurationDigest: string;
  readonly routes: RouteTable;
  readonly passwords: PasswordComparison;
  /** The store's lock proves that no other incarnation works on it. */
  readonly alone: boolean;
  /** Names this run of this node: claims carry it. */
  readonly incarnation: string;
  readonly log: Log;
  readonly meters: Meters;
}

/** Takes the same time for every wrong password. */
export type PasswordComparison = (given: string, right: string) => boolean;

/** Structured log: fields and a message. Content never goes in; numbers are masked by the log itself. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The message index: streams by what people have in hand. Lags a little behind the store, like open work. */
export interface MessageIndex {
  /** Streams by a transaction id, Message-ID or phone number, the latest first. */
  find(key: string, max: number): Promise<readonly string[]>;
  /** Streams by the beginning of a phone number or id, page by page: those behind `after`, at most `max`. */
  findByPrefix(prefix: string, after: IndexEntry | null, max: number): Promise<readonly IndexEntry[]>;
}

export interface IndexEntry {
  readonly key: string;
  readonly stream: string;
}

/** One thing a stream waits for, as the open-work projection has it. */
export interface OpenWorkRow extends Owed {
  readonly stream: string;
}

/** Which streams are over, and which are not. Lags a little behind the store, like open work. */
export interface StreamEnds {
  /** Streams of a kind (`mms`, `orphan`, `refused`) that owe and await nothing since before that instant, oldest first. */
  endedBefore(kind: string, instant: number, max: number): Promise<readonly string[]>;
  /** Streams that owe or await something, by name: those behind `after`, at most `max`. */
  open(after: string, max: number): Promise<readonly string[]>;
}

/** The open-work projection: what waits, without anything in memory. It lags a little behind the store. */
export interface OpenWork {
  /** Rows that wait for `on` and may be done by `now`, by instant and stream, at most `max`. */
  dueWork(question: {
    readonly on: string;
    readonly now: number;
    readonly max: number;
  }): Promise<readonly OpenWorkRow[]>;
  /** The next instant after `now` at which something on `on` may be done; null: nothing waits. */
  nextInstant(on: string, now: number): Promise<number | null>;
  /** The next instant after `now` at which some row's time is over; null: none has an end. */
  nextEnd(now: number): Promise<number | null>;
  /** Rows whose time was over by `now`. */
  overdue(now: number, max: number): Promise<readonly OpenWorkRow[]>;
  /** Rows that wait for a claim (`lease ...`), of any worker. */
  leases(max: number): Promise<readonly OpenWorkRow[]>;
  /** All rows that wait for `on`, by instant and stream, page by page: those behind `after`, at most `max`. */
  pageOf(
    on: string,
    after: Pick<OpenWorkRow, 'at' | 'stream'> | null,
    max: number,
  ): Promise<readonly OpenWorkRow[]>;
  /** How much waits for each thing, and since when. */
  waiting(): Promise<readonly { readonly on: string; readonly waiting: number; readonly oldest: number }[]>;
  /** Everything appended before the call is taken in when this settles. */
  whenCaughtUp(): Promise<void>;
}
