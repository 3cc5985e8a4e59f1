import assert from 'node:assert/strict';

import * as E from 'fp-ts/lib/Either.js';

import { verifyChain } from '../../domain/chain.ts';
import { streamOf, uidOf } from '../../domain/mms/ids.ts';
import type { StoredEvent } from '../../domain/ports.ts';
import { bodyOf, header } from '../e2e/pdus.ts';
import { ofType } from '../e2e/support.ts';
import type { Arrival, Arrivals } from './arrivals.ts';
import type { Sent } from './load.ts';

/** What an audit of a whole store has counted. */
export interface Audited {
  readonly streams: number;
  readonly events: number;
  /** Forwards that went out again after an outcome that nobody could know. */
  readonly repeatedForwards: number;
  readonly repeatedAnswers: number;
}

/**
 * Compares the senders' books, the store and what partners got, when everything is over. Throws, and says what does not fit: a message
 * that got a 250 and is gone, a stream with a gap, a forward that went out once too often or under other ids.
 */
export function audit(
  accepted: ReadonlyMap<string, Sent>,
  events: readonly StoredEvent[],
  arrivals: Arrivals,
): Audited {
  const streams = Map.groupBy(events, ({ stream }) => stream);
  for (const [stream, chained] of streams) {
    const verified = verifyChain(stream, chained);
    assert.ok(E.isRight(verified), E.isLeft(verified) ? `${stream}: ${verified.left.message}` : '');
  }
  for (const kept of [arrivals.forwards, arrivals.answers]) {
    for (const id of kept.keys()) assert.ok(accepted.has(id), `a partner got ${id}, which nobody sent`);
  }
  let [repeatedForwards, repeatedAnswers] = [0, 0];
  for (const sent of accepted.values()) {
    const stored = streams.get(streamOf(uidOf(sent.id))) ?? [];
    const forwards = arrivals.forwards.get(sent.id) ?? [];
    const answers = arrivals.answers.get(sent.id) ?? [];
    auditForward(sent, stored, forwards);
    auditAnswers(sent, answers);
    repeatedForwards += forwards.length - 1;
    repeatedAnswers += Math.max(0, answers.length - 1);
  }
  return { streams: streams.size, events: events.length, repeatedForwards, repeatedAnswers };
}

function auditForward(
  { id, to, body }: Sent,
  stored: readonly StoredEvent[],
  copies: readonly Arrival[],
): void {
  const times = (type: string): number => ofType(stored, type).length;
  assert.equal(times('Received'), 1, `${id} got a 250 and was taken in so many times`);
  assert.equal(times('ForwardSent'), 1, `${id} was recorded as sent so many times`);
  const started = ofType(stored, 'ForwardStarted');
  const unknown = times('ForwardOutcomeUnknown');
  assert.ok(copies.length >= 1, `${id} never came to ${to}`);
  assert.ok(
    copies.length <= 1 + unknown,
    `${id} came ${copies.length} times and ${unknown} outcomes of it were unknown`,
  );
  const [claim] = started;
  for (const { transactionId, rfcMessageId } of started) {
    assert.equal(transactionId, claim?.['transactionId'], `${id} was claimed under two transaction ids`);
    assert.equal(rfcMessageId, claim?.['rfcMessageId'], `${id} was claimed under two Message-IDs`);
  }
  for (const { at, content } of copies) {
    assert.equal(at, to, `${id} came to the wrong partner`);
    assert.equal(header(content, 'Message-ID'), claim?.['rfcMessageId'], `the Message-ID of ${id}`);
    const transaction = header(content, 'X-Mms-Transaction-ID')?.replaceAll('"', '');
    assert.equal(transaction, claim?.['transactionId'], `the transaction id of ${id}`);
    assert.ok(bodyOf(content).equals(Buffer.from(body, 'latin1')), `${id} came with another body`);
  }
}

/** A RES may be repeated: then the same octets again. One that was asked for twice has two names. */
function auditAnswers({ id, from, wantsAck }: Sent, answers: readonly Arrival[]): void {
  assert.equal(
    answers.length > 0,
    wantsAck,
    `${id} ${wantsAck ? 'was not answered' : 'asked for no answer'}`,
  );
  const first = new Map<string, Buffer>();
  for (const { at, content } of answers) {
    assert.equal(at, from, `the answer to ${id} came to the wrong partner`);
    assert.equal(header(content, 'X-Mms-Request-Status-Code'), 'Ok', `the status of ${id}`);
    const name = header(content, 'Message-ID') ?? '';
    const same = first.get(name);
    assert.ok(same === undefined || same.equals(content), `the answer ${name} to ${id} came in two forms`);
    first.set(name, content);
  }
}
