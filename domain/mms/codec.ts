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

/**
 * For each event type the steps from version 1 to the current one: the first leads from 1 to 2, and so on. Upcasting happens
 * on reading and never touches what is stored and hashed.
 */
const upcasters: Readonly<Record<MmsEvent['type'], readonly Upcaster[]>> = {
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
  DuplicateReceived: [],
  VariantOpened: [],
  Closed: [],
  Reopened: [],
  OrphanReceived: [],
  RefusedReceived: [],
  Attached: [],
};

export const eventTypes = Object.keys(upcasters) as readonly MmsEvent['type'][];

export function currentVersion(type: MmsEvent['type']): number {
  return upcasters[type].length + 1;
}

/** The event's data as stored: all but its type, which has a place of its own. */
export function encodeEvent(event: MmsEvent): string {
  const { type: _type, ...data } = event;
  return JSON.stringify(data);
}

export interface UnreadableEvent {
  readonly kind: 'unreadable';
  readonly message: string;
}

/** Fails closed: an unknown type or a newer version is never guessed at, since a decision would rest on it. */
export function decodeEvent(stored: StoredEvent): E.Either<UnreadableEvent, MmsEvent> {
  const at = `${stored.stream}, revision ${stored.revision}`;
  if (!isEventType(stored.type)) {
    return unreadable(`${at}: unknown event type ${stored.type}; a newer version of this program wrote it`);
  }
  const { v } = decodeMetadata(stored);
  const steps = upcasters[stored.type];
  if (v > steps.length + 1) {
    return unreadable(`${at}: ${stored.type} has version ${v}, this program knows ${steps.length + 1}; upgrade it`);
  }
  const data = steps.slice(v - 1).reduce((json, step) => step(json), JSON.parse(stored.data) as Json);
  return E.right({ type: stored.type, ...data } as MmsEvent);
}

/** Metadata has had one form since the first day. */
export function decodeMetadata(stored: StoredEvent): Metadata {
  return JSON.parse(stored.metadata) as Metadata;
}

function isEventType(type: string): type is MmsEvent['type'] {
  return Object.hasOwn(upcasters, type);
}

function unreadable(message: string): E.Either<UnreadableEvent, never> {
  return E.left({ kind: 'unreadable', message });
}
