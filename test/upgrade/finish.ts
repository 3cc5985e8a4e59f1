import assert from 'node:assert/strict';

import { examine } from '../../adapters/store-sqlite/examine.ts';
import { decodeEvent } from '../../domain/mms/codec.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import type { StoredEvent } from '../../domain/ports.ts';
import * as E from 'fp-ts/lib/Either.js';
import { domainOf, partners, type PartnerName } from './configuration.ts';
import type { Fixture } from './fixtures.ts';
import { reportFrom, resFrom } from './pdus.ts';
import { ann, stage, type Stage } from './stage.ts';
import { states, type Deed } from './states.ts';
import { stateOf, type OnWire } from './wire.ts';

/** A stream as it is stored. */
export interface Stream {
  readonly stream: string;
  readonly stored: readonly StoredEvent[];
  /** Of a message or of a PDU that belongs to none; else empty. */
  readonly events: readonly MmsEvent[];
  /** Of the message; of a PDU that belongs to none, as it says itself. */
  readonly messageId: string | null;
}

export interface Finished {
  /** As the engine of its day left it. */
  readonly before: readonly Stream[];
  /** What the engine of today put on the wire. */
  readonly wire: readonly OnWire[];
  readonly after: readonly Stream[];
}

const second = 1_000;
const hour = 3_600 * second;
/** Everybody answers at once, and no wait is longer than an hour. */
const atMost = 6 * hour;

/** The current code goes on with a copy of a fixture's data directory, with all partners up, until nothing is owed or awaited. */
export async function finish(fixture: Fixture, directory: string): Promise<Finished> {
  const before = streamsIn(directory);
  const world = await stage({
    directory,
    configuration: fixture.configuration,
    startsAt: fixture.stoppedAt + 10 * second,
    run: 2,
    onTaken: (pdu) => world.time.timers.after(second, () => void answer(world, pdu)),
  });
  const messages = before.filter(({ stream, messageId }) => stream.startsWith('mms-') && messageId !== null);
  for (const { messageId, events } of messages) {
    for (const deed of states[stateOf(messageId ?? '')]?.then ?? []) {
      await perform(world, deed, events, messageId ?? '');
      await world.time.pass(second);
    }
  }
  for (let passed = 0; passed < atMost; passed += hour) {
    if ((await world.openWork.waiting()).length === 0) break;
    await world.time.pass(hour);
  }
  assert.deepEqual(await world.openWork.waiting(), [], 'something never ends');
  await world.kill();
  return { before, wire: world.wire, after: streamsIn(directory) };
}

/** The originator's and the partners' answers to what comes from now on. */
async function answer(world: Stage, pdu: OnWire): Promise<void> {
  const { to, type, transactionId, messageId, recipients } = pdu;
  if (pdu.asksRes) await world.mail(to, resFrom(to, type.replace('.REQ', '.RES'), transactionId, messageId));
  if (type !== 'MM4_forward.REQ' || !pdu.asksReport) return;
  for (const recipient of recipients)
    await world.mail(to, reportFrom(to, { messageId, recipient, sender: pdu.sender }, 'Retrieved'));
}

/** What somebody still had to do when the old engine was killed. Whoever answers knows only what the old engine sent. */
async function perform(
  world: Stage,
  deed: Deed,
  events: readonly MmsEvent[],
  messageId: string,
): Promise<void> {
  const received = only(events, 'Received');
  const claim = events.find((event) => event.type === 'ForwardStarted');
  const way = events.find((event) => event.type === 'Routed' && event.to.kind === 'route');
  const partner = way?.type === 'Routed' && way.to.kind === 'route' ? asPartner(way.to.partner) : 'op-b';
  const recipient = received.recipients[0]?.address ?? '';
  switch (deed) {
    case 'RES':
      // A variant that nobody has tried yet.
      if (claim === undefined) return;
      return world.mail(partner, resFrom(partner, 'MM4_forward.RES', claim.transactionId, messageId));
    case 'RES that renames': {
      const theirName = `${stateOf(messageId)}-there@${domainOf(partner)}`;
      return world.mail(partner, resFrom(partner, 'MM4_forward.RES', claim?.transactionId ?? '', theirName));
    }
    case 'Retrieved':
      if (claim === undefined) return;
      return world.mail(
        partner,
        reportFrom(partner, { messageId, recipient, sender: received.sender.address }, 'Retrieved'),
      );
    case 'RES to our report': {
      const relay = events.flatMap((event) =>
        'relay' in event && event.relay !== null ? [event.relay] : [],
      )[0];
      const origin = asPartner(received.from.partner);
      const type = 'MM4_delivery_report.RES';
      return world.mail(origin, resFrom(origin, type, relay?.transactionId ?? '', messageId));
    }
    case 'fetched':
      return world.fetch(messageId);
    case 'released': {
      const released = await world.engine.operator.perform({ do: 'release', what: { id: messageId } }, ann);
      assert.ok(E.isRight(released) && released.right.changed === 1, messageId);
    }
  }
}

function asPartner(name: string): PartnerName {
  const partner = partners.find((candidate) => candidate === name);
  assert.ok(partner !== undefined, `${name} is no partner of the stage`);
  return partner;
}

function only<Type extends MmsEvent['type']>(
  events: readonly MmsEvent[],
  type: Type,
): Extract<MmsEvent, { type: Type }> {
  const found = events.find((event): event is Extract<MmsEvent, { type: Type }> => event.type === type);
  assert.ok(found !== undefined, `there is no ${type}`);
  return found;
}

export function streamsIn(directory: string): readonly Stream[] {
  const examination = examine(directory);
  const streams = [...examination.streams()].map(({ stream, events: stored }): Stream => {
    const holdsPdus = /^(mms|orphan|refused)-/.test(stream);
    const events = holdsPdus ? stored.map(decoded) : [];
    return { stream, stored, events, messageId: messageIdOf(events) };
  });
  examination.close();
  return streams;
}

function decoded(stored: StoredEvent): MmsEvent {
  const event = decodeEvent(stored);
  assert.ok(E.isRight(event), E.isLeft(event) ? event.left.message : '');
  return event.right;
}

function messageIdOf(events: readonly MmsEvent[]): string | null {
  const [first] = events;
  return first !== undefined && 'messageId' in first ? (first.messageId?.normal ?? null) : null;
}
