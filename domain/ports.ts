import type { TaskEither } from 'fp-ts/lib/TaskEither.js';

import type { Dialect, Route } from './partner.ts';

/** What the engine needs from outside. Everything here has at least two implementations; one of each kind is for tests. */

// ---------------------------------------------------------------- time and chance

export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
}

export interface Timers {
  /** Calls back once after so many milliseconds; the answer cancels. */
  after(milliseconds: number, callback: () => void): () => void;
}

export interface Randomness {
  /** So many characters of [a-z2-7], unguessable (5 bits each). */
  nonce(characters: number): string;
  /** A random UUID. */
  uuid(): string;
  /** From 0 up to, not including, 1. */
  share(): number;
}

// ---------------------------------------------------------------- events

/** An event as it is stored: data and metadata are JSON texts, fixed and hashed by the engine before the append. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** Where an event stands in the global feed. Only its store can compare two. */
export type Position = string & { readonly position: unique symbol };

export interface StoredEvent extends NewEvent {
  readonly stream: string;
  /** 0 for the first event of a stream, without gaps. */
  readonly revision: number;
  readonly position: Position;
}

/** The revision of the last event of the stream as the writer knows it. There is no "any". */
export type Expected = number | 'no-stream';

export interface Appended {
  readonly revision: number;
  readonly position: Position;
}

export type AppendFailure =
  /** Nothing was written: the stream stands elsewhere. Read, decide anew. */
  | { readonly kind: 'conflict'; readonly actual: Expected }
  /** Nothing was written and the store cannot write now. */
  | { readonly kind: 'unavailable'; readonly message: string }
  /** It cannot be known whether it was written: repeat the identical batch. */
  | { readonly kind: 'unknown'; readonly message: string };

export interface StoreUnavailable {
  readonly kind: 'unavailable';
  readonly message: string;
}

export interface FeedPage {
  readonly events: readonly StoredEvent[];
  /** Where to go on; after the last event looked at, also if the filter left it out. Null: nothing yet. */
  readonly next: Position | null;
  /** Nothing more was there when the page was read. */
  readonly caughtUp: boolean;
}

export interface EventStore {
  /**
   * Appends a batch to one stream, whole or not at all, synced to disk before it answers.
   * The identical batch (same ids at the same place) may be repeated and answers as the first time.
   */
  append(
    stream: string,
    expected: Expected,
    events: readonly NewEvent[],
  ): TaskEither<AppendFailure, Appended>;
  /**
   * Removes a whole stream for good if it stands at exactly that revision; of one that is not there nothing is left to remove. Positions
   * of other events stay as they are, none is ever given again, and projections lose the stream's rows.
   */
  forget(stream: string, revision: number): TaskEither<AppendFailure, void>;
  /** Events of a stream from a revision on (default 0). A stream that does not exist is empty. */
  readStream(stream: string, from?: number): TaskEither<StoreUnavailable, readonly StoredEvent[]>;
  /** The global feed after a position (null: from the beginning), of streams whose names begin with one of `prefixes`. */
  readFeed(
    after: Position | null,
    options: { readonly prefixes: readonly string[]; readonly max: number },
  ): TaskEither<StoreUnavailable, FeedPage>;
  /** A doorbell: something was appended. May be lost, doubled or late. The answer unsubscribes. */
  onAppended(listener: () => void): () => void;
}

// ---------------------------------------------------------------- content

/** Bodies and heads live in segments of their own, because heads (evidence) are kept longer. */
export type ContentKind = 'body' | 'head';

/** A part of the content that can only go as a whole. */
export interface Segment {
  readonly kind: ContentKind;
  readonly name: string;
}

/** Names sealed content and its key. Opaque to all but the content store. */
export type ContentRef = string & { readonly contentRef: unique symbol };

export type ContentFailure =
  | { readonly kind: 'unavailable'; readonly message: string }
  /** The seal or the length is not right: the bytes must not be used. */
  | { readonly kind: 'damaged'; readonly ref: ContentRef; readonly message: string }
  /** Its key was destroyed or its segment dropped. */
  | { readonly kind: 'erased'; readonly ref: ContentRef; readonly message: string };

export interface ContentWriter {
  /** Takes the next bytes and seals them at once; the caller may reuse the chunk. */
  write(chunk: Uint8Array): void;
  /** Content and key are on disk and synced when this answers. */
  keep(): TaskEither<ContentFailure, ContentRef>;
  /** Nothing of it will be kept. */
  abandon(): void;
}

export interface ContentStore {
  begin(kind: ContentKind): ContentWriter;
  /** The bytes in chunks. A failure is thrown as `ContentError`; damage shows at the latest before the last chunk is given. */
  read(ref: ContentRef): AsyncIterable<Uint8Array>;
  /** Destroys the keys, so that nothing can read these any more. */
  erase(refs: readonly ContentRef[]): TaskEither<ContentFailure, void>;
  /** Segments of a kind in which everything was kept before that instant, oldest first. */
  segmentsBefore(kind: ContentKind, instant: number): TaskEither<ContentFailure, readonly Segment[]>;
  /** Where it is or was kept; null: it is no reference of this store. */
  segmentOf(ref: ContentRef): Segment | null;
  /** Takes a whole segment away, with its keys: what was in it is erased. The one being written stays. */
  dropSegment(segment: Segment): TaskEither<ContentFailure, void>;
}

export class ContentError extends Error {
  readonly failure: ContentFailure;
  constructor(failure: ContentFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Names a key within the key store. */
export type KeyRef = string & { readonly keyRef: unique symbol };

/** Keys have a file of their own, so that a backup of keys can expire separately. */
export interface KeyStore {
  /** A new random 256-bit key. It is durable once `synced` has answered. */
  create(): { readonly ref: KeyRef; readonly key: Uint8Array; readonly synced: () => Promise<void> };
  /** Null when it was destroyed. */
  find(ref: KeyRef): Promise<Uint8Array | null>;
  destroy(refs: readonly KeyRef[]): Promise<void>;
}

// ---------------------------------------------------------------- own subscribers

/**
 * Where messages for our own subscribers end: an HTTP mailbox, or an MM1 gateway that sends m-notification.ind by WAP push. What it
 * may ask of us is `Handsets` (engine/handsets): submit, retrieve, read.
 */
export interface HandsetGateway {
  /** In events: which gateway it was. */
  readonly name: string;
  /** Tells a subscriber that a message can be fetched. Left: not now; it is asked again. Telling twice does no harm. */
  notify(notice: HandsetNotice): TaskEither<{ readonly message: string }, void>;
}

export interface HandsetNotice {
  readonly number: string;
  readonly uid: string;
  /** Null: it wants to stay unknown. */
  readonly from: string | null;
  readonly size: number;
  readonly expiresAt: number;
}

/** Where all of it is kept. */
export interface Disk {
  /** Octets that can still be written. */
  free(): Promise<number>;
}

// ---------------------------------------------------------------- mail out

/** Which connections of a route: RES and reports have one of their own and never wait behind bulk. */
export type Lane = 'forwards' | 'answers';

export interface OutgoingMail {
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  /** The header block with its blank line. */
  readonly head: Uint8Array;
  /** The body, byte for byte; null: none. */
  readonly body: AsyncIterable<Uint8Array> | null;
  /** Octets of head and body together. */
  readonly size: number;
  /** The body has octets above 127: BODY=8BITMIME is said where offered. */
  readonly eightBit: boolean;
}

/** A reply of the peer: `code` 250, `enhanced` 2.0.0 if given, the text of its lines (at most 200 characters). */
export interface SmtpReply {
  readonly code: number;
  readonly enhanced?: string;
  readonly text: string;
  /** The peer never said it: a rule of ours about the peer did (its announced SIZE, an impossible address). */
  readonly ours?: true;
}

export type SmtpStep =
  'connect' | 'greeting' | 'ehlo' | 'starttls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body' | 'final-dot';

/** What became of one mail. `unknown`: the final dot was on its way and no reply came: it may have got through. */
export type SendOutcome =
  | { readonly kind: 'sent'; readonly reply: SmtpReply; readonly refused: readonly RefusedRecipient[] }
  | {
      readonly kind: 'refused';
      readonly at: SmtpStep;
      readonly reply: SmtpReply;
      readonly refused: readonly RefusedRecipient[];
    }
  | {
      readonly kind: 'not-sent';
      readonly at: SmtpStep;
      readonly why: string;
      readonly content?: ContentFailure;
    }
  | { readonly kind: 'unknown'; readonly why: string };

export interface RefusedRecipient {
  /** As given in `rcptTo`. */
  readonly address: string;
  readonly reply: SmtpReply;
}

/** Why no session could be had: a fact about the route, never about a message. */
export interface SessionFailure {
  readonly at: SmtpStep;
  readonly why: string;
  readonly reply?: SmtpReply;
  /** AUTH was refused for good (530, 534, 535, 538): the operator has to act. */
  readonly credentials?: true;
}

export interface SessionFacts {
  readonly address: string;
  readonly port: number;
  /** For example `TLSv1.3 TLS_AES_256_GCM_SHA384`; undefined without TLS. */
  readonly tls?: string;
  readonly authenticated: boolean;
  readonly eightBitMime: boolean;
}

/** A greeted, secured, authenticated session: the only thing that may claim work. */
export interface MailSession {
  readonly facts: SessionFacts;
  /** Still usable for another mail. */
  readonly usable: boolean;
  /**
   * Sends one mail and answers within `budget` milliseconds. `mayFinish` is asked once more right before the final dot; false
   * breaks the line instead. The whole dialogue, without content, is `dialogue` afterwards.
   */
  send(
    mail: OutgoingMail,
    options: { readonly budget: number; readonly mayFinish: () => boolean },
  ): Promise<SendOutcome>;
  /** The SMTP dialogue since the last call, CRLF lines, passwords and content left out. */
  takeDialogue(): Uint8Array;
  quit(): void;
}

export interface MailTransport {
  /** Connects, greets, secures and logs in. One call, one try. */
  open(route: Route, dialect: Dialect, lane: Lane): TaskEither<SessionFailure, MailSession>;
}
