import assert from 'node:assert/strict';

import * as E from 'fp-ts/lib/Either.js';

import { verifyChain } from '../../domain/chain.ts';
import { due, owed } from '../../domain/mms/due.ts';
import { evolve } from '../../domain/mms/evolve.ts';
import { nothing } from '../../domain/mms/state.ts';
import type { AnswerPlan, ForwardStarted, MmsEvent, RelayPlan } from '../../domain/mms/events.ts';
import type { Finished, Stream } from './finish.ts';
import { states } from './states.ts';
import { inShort, stateOf } from './wire.ts';

// What must hold of every message that another version began and this one finished.

/** Neither a forward too many nor an answer too few: exactly what its state leaves to do. */
export function leavesNothingOut({ before, wire }: Finished): void {
  const ids = before.flatMap(({ messageId }) => (messageId === null ? [] : [messageId]));
  for (const messageId of new Set([...ids, ...wire.map((pdu) => pdu.messageId)])) {
    const state = states[stateOf(messageId)];
    assert.ok(state !== undefined, `nobody knows the state of ${messageId}`);
    const sent = wire.filter((pdu) => pdu.messageId === messageId).map(inShort);
    assert.deepEqual(sent.sort(), state.left.toSorted(), messageId);
  }
}

/** What the old version wrote is still there, octet for octet; what this one added follows from it. */
export function keepsWhatWasWritten({ before, after }: Finished): void {
  for (const { stream, stored } of before) {
    const now = streamNamed(after, stream);
    assert.deepEqual(now.stored.slice(0, stored.length), stored, stream);
  }
  for (const { stream, stored } of after) {
    assert.ok(E.isRight(verifyChain(stream, stored)), `the hash chain of ${stream} is broken`);
  }
}

export function endsEverything({ after }: Finished): void {
  for (const { stream, stored, events } of after) {
    if (events.length === 0) continue;
    if (stream.startsWith('mms-')) assert.equal(events.at(-1)?.type, 'Closed', stream);
    const metadata = JSON.parse(stored.at(-1)?.metadata ?? '{}') as { readonly owed?: readonly unknown[] };
    assert.deepEqual(metadata.owed, [], stream);
  }
}

/** `owed` of each batch of this version is what `due` reads from the state after it, whoever wrote the events before. */
export function statesWhatIsOwed({ before, after }: Finished): void {
  for (const { stream, stored, events } of after) {
    const old = before.find((one) => one.stream === stream)?.events.length ?? 0;
    for (const [index, { metadata }] of stored.slice(0, events.length).entries()) {
      const { owed: stated } = JSON.parse(metadata) as { readonly owed?: readonly unknown[] };
      if (index < old || stated === undefined) continue;
      const state = events.slice(0, index + 1).reduce(evolve, nothing);
      assert.deepEqual(stated, owed(due(state)), `${stream}, revision ${index}`);
    }
  }
}

/** Each PDU bears ids that a stream has fixed; what the old version had fixed leaves under just these. */
export function keepsIds({ before, wire, after }: Finished): void {
  const known = after.flatMap(({ events }) => idsIn(events).map(asText));
  for (const pdu of wire) assert.ok(known.includes(asText(pdu)), `no stream has the ids of ${asText(pdu)}`);
  const sent = wire.map(asText);
  for (const { stream, events } of before) {
    const now = streamNamed(after, stream).events;
    // An orphan that finds its message is answered by that.
    if (now.some(({ type }) => type === 'Attached')) continue;
    for (const ids of owedIds(events)) {
      assert.equal(sent.filter((text) => text === asText(ids)).length, 1, `${stream}: ${asText(ids)}`);
    }
    for (const claim of openClaims(events)) {
      for (const { transactionId, rfcMessageId } of claimsIn(now.slice(events.length), claim.leg)) {
        assert.deepEqual([transactionId, rfcMessageId], [claim.transactionId, claim.rfcMessageId], stream);
      }
    }
  }
}

/** The same octets that came in, unsealed from where the old version had put them. */
export function keepsContent({ wire, after }: Finished): void {
  const forwards = wire.filter(({ type }) => type === 'MM4_forward.REQ');
  for (const { transactionId, bodySha256 } of forwards) {
    const home = after.find(({ events }) =>
      claimsIn(events).some((claim) => claim.transactionId === transactionId),
    );
    const received = home?.events.find((event) => event.type === 'Received');
    assert.equal(bodySha256, received?.bodySha256, home?.stream);
  }
}

/** No attempt is sent twice: there are no more forwards of a transaction than claims on it in this run. */
export function sendsNothingUnclaimed({ before, wire, after }: Finished): void {
  const forwards = wire.filter(({ type }) => type === 'MM4_forward.REQ');
  for (const { stream, events } of after) {
    const old = before.find((one) => one.stream === stream)?.events.length ?? 0;
    const claims = claimsIn(events.slice(old));
    for (const { transactionId } of claims) {
      const sent = forwards.filter((pdu) => pdu.transactionId === transactionId).length;
      assert.ok(sent <= claims.filter((claim) => claim.transactionId === transactionId).length, stream);
    }
    const attempts = claimsIn(events).map(({ leg, attempt }) => `${leg} ${attempt}`);
    assert.equal(new Set(attempts).size, attempts.length, stream);
  }
}

function streamNamed(streams: readonly Stream[], name: string): Stream {
  const found = streams.find(({ stream }) => stream === name);
  assert.ok(found !== undefined, `${name} is gone`);
  return found;
}

interface Ids {
  readonly type: string;
  readonly transactionId: string;
  readonly rfcMessageId: string;
}

const asText = ({ type, transactionId, rfcMessageId }: Ids): string =>
  `${type} ${transactionId} ${rfcMessageId}`;

/** All ids that a stream fixes for what it puts on the wire. */
function idsIn(events: readonly MmsEvent[]): readonly Ids[] {
  return [
    ...claimsIn(events).map((claim) => ({ ...claim, type: 'MM4_forward.REQ' })),
    ...answersIn(events).map(idsOfAnswer),
    ...relaysIn(events).map(idsOfRelay),
  ];
}

/** Those of answers and reports that have not left. */
function owedIds(events: readonly MmsEvent[]): readonly Ids[] {
  const answered = events.flatMap((event) =>
    event.type === 'AckSent' || event.type === 'AckAbandoned' ? [event.answer] : [],
  );
  const relayed = events.flatMap((event) =>
    event.type === 'ReportRelayed' || event.type === 'ReportAbandoned' ? [event.report] : [],
  );
  return [
    ...answersIn(events)
      .filter(({ answer }) => !answered.includes(answer))
      .map(idsOfAnswer),
    ...relaysIn(events)
      .filter(({ report }) => !relayed.includes(report))
      .map(idsOfRelay),
  ];
}

function answersIn(events: readonly MmsEvent[]): readonly AnswerPlan[] {
  return events.flatMap((event) =>
    'answer' in event && typeof event.answer === 'object' && event.answer !== null ? [event.answer] : [],
  );
}

function relaysIn(events: readonly MmsEvent[]): readonly RelayPlan[] {
  return events.flatMap((event) => ('relay' in event && event.relay !== null ? [event.relay] : []));
}

/** It echoes the transaction id of the REQ. */
function idsOfAnswer({ pdu, transactionId, rfcMessageId }: AnswerPlan): Ids {
  return { type: pdu, transactionId: transactionId.replaceAll('"', ''), rfcMessageId };
}

function idsOfRelay({ kind, transactionId, rfcMessageId }: RelayPlan): Ids {
  const type = kind === 'delivery' ? 'MM4_delivery_report.REQ' : 'MM4_read_reply_report.REQ';
  return { type, transactionId, rfcMessageId };
}

function claimsIn(events: readonly MmsEvent[], leg?: number): readonly ForwardStarted[] {
  return events.filter(
    (event): event is ForwardStarted =>
      event.type === 'ForwardStarted' && (leg === undefined || event.leg === leg),
  );
}

/** The last claim on each leg whose transaction goes on: it was neither ended nor is it to be begun anew. */
function openClaims(events: readonly MmsEvent[]): readonly ForwardStarted[] {
  const claims = claimsIn(events);
  return claims.filter((claim) => {
    const later = events.slice(events.indexOf(claim) + 1);
    return !later.some(
      (event) =>
        (event.type === 'ForwardStarted' && event.leg === claim.leg) ||
        ('newTransaction' in event && event.newTransaction && event.leg === claim.leg),
    );
  });
}
