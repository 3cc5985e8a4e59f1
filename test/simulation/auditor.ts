import * as E from 'fp-ts/lib/Either.js';

import type { MmsEvent } from '../../domain/mms/events.ts';
import type { EventStore, StoredEvent } from '../../domain/ports.ts';
import { bare, numberIn, sha256, type ReadPdu } from './pdu.ts';

/** A forward.REQ that got a 250. */
export interface Taken {
  readonly messageId: string;
  readonly recipients: readonly string[];
  readonly bodySha256: string;
  readonly ack: boolean;
  readonly delivery: boolean;
}

/**
 * Keeps books of its own about what the world saw, and at the end compares them with the streams. It knows the engine's events and
 * nothing else of it: hashes, ids and statuses it works out by itself.
 */
export interface Auditor {
  taken(forward: Taken): void;
  /** A partner took a PDU from us: at this moment the claim must be in the store. */
  arrived(partner: string, pdu: ReadPdu): void;
  /** Everything that is wrong; empty: nothing. */
  verdict(): Promise<readonly string[]>;
}

export function auditor(store: EventStore): Auditor {
  const takenForwards = new Map<string, Taken[]>();
  const arrivals: { readonly partner: string; readonly pdu: ReadPdu; readonly claimed: boolean }[] = [];
  /** As the feed tells them, read as it grows. */
  const claims = new Set<string>();
  const pending: Promise<void>[] = [];
  let position: Parameters<EventStore['readFeed']>[0] = null;

  const readClaims = async (): Promise<void> => {
    const page = await store.readFeed(position, { prefixes: [''], max: 1_000_000 })();
    if (E.isLeft(page)) return;
    position = page.right.next;
    for (const { type, data } of page.right.events) {
      if (type === 'ForwardStarted')
        claims.add((JSON.parse(data) as { transactionId: string }).transactionId);
    }
  };

  return {
    taken: (forward) => {
      takenForwards.set(forward.messageId, [...(takenForwards.get(forward.messageId) ?? []), forward]);
    },
    arrived: (partner, pdu) => {
      pending.push(
        readClaims().then(() => {
          const claimed = pdu.type !== 'MM4_forward.REQ' || claims.has(bare(pdu.transactionId));
          arrivals.push({ partner, pdu, claimed });
        }),
      );
    },
    verdict: async () => {
      await Promise.all(pending);
      const page = await store.readFeed(null, { prefixes: [''], max: 10_000_000 })();
      if (E.isLeft(page)) return ['the feed cannot be read'];
      const streams = Map.groupBy(page.right.events, ({ stream }) => stream);
      const messages = [...streams].filter(([name]) => name.startsWith('mms-')).map(([, events]) => events);
      return [
        ...[...streams.values()].flatMap(chainProblems),
        ...messages.flatMap((events) => endProblems(events)),
        ...messages.flatMap((events) => attemptProblems(events)),
        ...[...takenForwards.values()]
          .flat()
          .flatMap((forward) => forwardProblems(forward, messages, arrivals)),
        ...arrivals.flatMap(({ partner, pdu, claimed }) => [
          ...(claimed ? [] : [`${partner} got ${pdu.transactionId} before there was a claim`]),
          ...bodyProblems(pdu, takenForwards),
        ]),
      ];
    },
  };
}

type Arrival = { readonly partner: string; readonly pdu: ReadPdu };

/** Each 250 has its `Received`, with the right digest; each recipient has an end, and the originator heard what it asked for. */
function forwardProblems(
  { messageId, recipients, bodySha256, ack, delivery }: Taken,
  messages: readonly (readonly StoredEvent[])[],
  arrivals: readonly Arrival[],
): readonly string[] {
  const stream = messages.find((events) =>
    eventsOf(events).some(
      (event) =>
        event.type === 'Received' &&
        event.messageId.normal === messageId &&
        event.bodySha256 === bodySha256 &&
        event.recipients.some(({ address }) => recipients.includes(address)),
    ),
  );
  if (stream === undefined) return [`${messageId} got a 250, and no stream has it`];
  const events = eventsOf(stream);
  const atOriginator = arrivals.filter(
    ({ partner, pdu }) => partner === 'op-a' && bare(pdu.messageId) === messageId,
  );
  const answers = atOriginator.filter(({ pdu }) => pdu.type === 'MM4_forward.RES');
  const statuses = new Set(answers.map(({ pdu }) => pdu.header('X-Mms-Request-Status-Code')));
  const abandoned = events.some(({ type }) => type === 'AckAbandoned');
  return [
    ...(ack && answers.length === 0 && !abandoned ? [`${messageId} asked for a RES and got none`] : []),
    ...(statuses.size > 1 ? [`${messageId} got RES that contradict: ${[...statuses].join(', ')}`] : []),
    ...(delivery ? recipients.flatMap((who) => reportProblems(who, messageId, events, atOriginator)) : []),
  ];
}

/** Who failed without our RES saying so, or was delivered, is reported to the originator. */
function reportProblems(
  recipient: string,
  messageId: string,
  events: readonly MmsEvent[],
  atOriginator: readonly Arrival[],
): readonly string[] {
  const news = events.filter(
    (event) =>
      (event.type === 'Delivered' || event.type === 'DeliveryFailed') &&
      event.recipient === recipient &&
      event.stands,
  );
  const owed = news.filter((event) => 'relay' in event && event.relay !== null).length;
  const abandoned = events.filter(({ type }) => type === 'ReportAbandoned').length;
  const heard = atOriginator.filter(
    ({ pdu }) => pdu.type === 'MM4_delivery_report.REQ' && numberIn(pdu.header('From')) === recipient,
  ).length;
  return owed > 0 && heard === 0 && abandoned === 0
    ? [`${messageId}: nobody told the originator about ${recipient}`]
    : [];
}

/** What leaves is what came in, octet for octet. */
function bodyProblems(pdu: ReadPdu, taken: ReadonlyMap<string, readonly Taken[]>): readonly string[] {
  if (pdu.type !== 'MM4_forward.REQ') return [];
  const known = taken.get(bare(pdu.messageId));
  // One whose 250 was lost on the way may be on its way all the same.
  if (known === undefined || known.some(({ bodySha256 }) => bodySha256 === pdu.bodySha256)) return [];
  return [`${pdu.messageId} left with another body than it came with`];
}

/** Every message comes to an end that the design names. */
function endProblems(stored: readonly StoredEvent[]): readonly string[] {
  const events = eventsOf(stored);
  const name = stored[0]?.stream ?? '';
  const last = events.findLast(({ type }) => type === 'Closed' || type === 'Reopened');
  return [
    ...(last?.type === 'Closed'
      ? []
      : [`${name} never ends: ${events.at(-1)?.type ?? 'nothing'} is the last event`]),
    ...(events.some(({ type }) => type === 'Parked') ? [`${name} was parked: it made its worker fail`] : []),
  ];
}

/** An attempt has one claim and at most one sending; nothing is sent to whom the partner has answered for. */
function attemptProblems(stored: readonly StoredEvent[]): readonly string[] {
  const events = eventsOf(stored);
  const name = stored[0]?.stream ?? '';
  const twice = (type: 'ForwardStarted' | 'ForwardSent'): readonly string[] => {
    const attempts = events.flatMap((event) =>
      event.type === type ? [`${event.leg}.${event.attempt}`] : [],
    );
    return attempts.length === new Set(attempts).size ? [] : [`${name}: an attempt has two ${type}`];
  };
  return [...twice('ForwardStarted'), ...twice('ForwardSent')];
}

/** The chain of hashes, worked out anew. */
function chainProblems(stored: readonly StoredEvent[]): readonly string[] {
  let previous = sha256(stored[0]?.stream ?? '');
  for (const { stream, revision, type, id, data, metadata } of stored) {
    const hash = /,"hash":"([0-9a-f]{64})"\}$/.exec(metadata)?.[1];
    const plain = metadata.replace(/,"hash":"[0-9a-f]{64}"\}$/, '}');
    const pieces = [previous, stream, String(revision), type, id, data, plain];
    const expected = sha256(pieces.map((piece) => `${Buffer.byteLength(piece)}:${piece}`).join(''));
    if (hash !== expected) return [`${stream}: the chain breaks at revision ${revision}`];
    previous = hash;
  }
  return [];
}

function eventsOf(stored: readonly StoredEvent[]): readonly MmsEvent[] {
  return stored.map(({ type, data }) => ({ type, ...(JSON.parse(data) as object) }) as MmsEvent);
}
