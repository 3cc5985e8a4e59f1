import * as E from 'fp-ts/lib/Either.js';

import type { StoredEvent } from '../ports.ts';
import type { Owed } from './due.ts';
import type { MmsEvent } from './events.ts';

/** What stands beside every event. Instants in milliseconds since 1970 UTC. */
export interface Metadata {
  /** Schema version of the event's data. */
  readonly v: number;
  readonly occurredAt: number;
  readonly recordedAt: number;
  /** The uid of the message all this is about. */
  readonly correlation: string;
  /** The PDU, timer or command that led to it. */
  readonly causation: string;
  readonly actor: string;
  readonly node: string;
  readonly incarnation: string;
  /** Digest of the configuration in force (stream `config-<digest>`). */
  readonly config: string;
  /** On the last event of a batch: all that the stream still owes or awaits. */
  readonly owed?: readonly Owed[];
}

type Json = Readonly<Record<string, unknown>>;
type Upcaster = (data: Json) => Json;
type Upcasters = Readonly<Record<MmsEvent['type'], readonly Upcaster[]>>;

/**
 * For each event type the steps from version 1 to the current one: the first leads from 1 to 2, and so on. Upcasting happens
 * on reading and never touches what is stored and hashed.
 */
export const upcasters: Upcasters = {
  Received: [],
  Routed: [],
  ForwardStarted: [],
  ForwardSent: [],
  ForwardDeferred: [],
  ForwardRefused: [],
  ForwardOutcomeUnknown: [],
  AckReceived: [],
  AckTimedOut: [],
  AckSent: [],
  AckDeferred: [],
  AckAbandoned: [],
  Delivered: [],
  DeliveryDeferred: [],
  DeliveryFailed: [],
  ReadReported: [],
  ReportRelayed: [],
  ReportDeferred: [],
  ReportAbandoned: [],
  ReportAckReceived: [],
  Notified: [],
  Held: [],
  Released: [],
  Rerouted: [],
  Resent: [],
  Dropped: [],
  Parked: [],
  DuplicateReceived: [],
  VariantOpened: [],
  Closed: [],
  Reopened: [],
  // Version 1 did not say the envelope.
  OrphanReceived: [(data) => ({ ...data, envelope: { mailFrom: '', rcptTo: [] } })],
  RefusedReceived: [],
  Attached: [],
};

export const eventTypes = Object.keys(upcasters) as readonly MmsEvent['type'][];

export function currentVersion(type: MmsEvent['type']): number {
  return upcasters[type].length + 1;
}

/** The event's data as stored: all but its type, which has a place of its own. */
export function encodeEvent(event: MmsEvent): string {
  return JSON.stringify({ ...event, type: undefined });
}

export interface UnreadableEvent {
  readonly kind: 'unreadable';
  readonly message: string;
}

/**
 * Fails closed: an unknown type, a newer version or data that an upcaster stumbles over is never guessed at, since a decision would
 * rest on it.
 */
export function decodeEvent(stored: StoredEvent): E.Either<UnreadableEvent, MmsEvent> {
  return decodeWith(upcasters, stored);
}

/** The same with another table of upcasters. */
export function decodeWith(table: Upcasters, stored: StoredEvent): E.Either<UnreadableEvent, MmsEvent> {
  const unreadable = (why: string): E.Either<UnreadableEvent, never> =>
    E.left({ kind: 'unreadable', message: `${stored.stream}, revision ${stored.revision}: ${why}` });
  if (!isEventType(stored.type)) {
    return unreadable(`unknown event type ${stored.type}; a newer version of this program wrote it`);
  }
  const data = parseObject(stored.data);
  const v = parseObject(stored.metadata)?.['v'];
  if (data === null || typeof v !== 'number' || !Number.isInteger(v) || v < 1) {
    return unreadable(`the stored data or metadata of ${stored.type} is damaged; restore it from a backup`);
  }
  const steps = table[stored.type];
  if (v > steps.length + 1) {
    return unreadable(`${stored.type} has version ${v}, this program knows ${steps.length + 1}; upgrade it`);
  }
  const current = E.tryCatch(
    () => steps.slice(v - 1).reduce((json, step) => step(json), data),
    (error) => (error instanceof Error ? error.message : String(error)),
  );
  return E.isLeft(current)
    ? unreadable(`${stored.type} of version ${v} cannot be read as today's: ${current.left}`)
    : E.right({ ...current.right, type: stored.type } as MmsEvent);
}

/** Metadata has had one form since the first day. */
export function decodeMetadata(stored: StoredEvent): Metadata {
  return JSON.parse(stored.metadata) as Metadata;
}

function isEventType(type: string): type is MmsEvent['type'] {
  return Object.hasOwn(upcasters, type);
}

function parseObject(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
