import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  answered,
  arrives,
  b1,
  claim,
  evidence,
  hour,
  laterReply,
  messageId,
  minute,
  moment,
  res,
  resAsked,
  sent,
  t0,
  time,
} from './builders.ts';
import { nextAnswer, planAnswer } from '../../domain/mms/plans.ts';
import { after, given, owes, type Decision } from './spec.ts';

const deferred = { kind: 'deferred', why: laterReply, nextAttemptAt: t0 + minute } as const;
const refusedForGood = { kind: 'refused', why: laterReply } as const;

describe('a RES we owe', () => {
  test('is sent once', () => {
    const state = given(arrives())
      .when(answered('1'))
      .then([{ type: 'AckSent', answer: '1', status: 'Ok' }]);
    assert.deepEqual(owes(state), ['forward forwards to-op-b', 'give-up clock']);
  });

  test('is the last thing a message waits for', () => {
    given(arrives(), claim(), sent(), res())
      .when(answered('1'))
      .then([{ type: 'AckSent' }, { type: 'Closed' }]);
  });

  test('is tried again when it could not be sent', () => {
    const state = given(arrives())
      .when(answered('1', deferred))
      .then([{ type: 'AckDeferred', answer: '1', nextAttemptAt: t0 + minute }]);
    assert.ok(owes(state).includes('answer answers to-op-a'));
    given(arrives(), answered('1', deferred))
      .when(answered('1'))
      .then([{ type: 'AckSent' }]);
  });

  test('is given up when it is refused for good, or after four hours', () => {
    given(arrives())
      .when(answered('1', refusedForGood))
      .then([{ type: 'AckAbandoned', answer: '1' }]);
    given(arrives())
      .when(time(t0 + 4 * hour - 1))
      .then([]);
    given(arrives())
      .when(time(t0 + 4 * hour))
      .then([{ type: 'AckAbandoned', why: { by: 'us' } }]);
    given(arrives(), time(t0 + 4 * hour))
      .when(answered('1'))
      .then([]);
  });

  test('that nobody knows is nothing', () => {
    given(arrives()).when(answered('2')).then([]);
    given().when(answered('1')).then([]);
  });
});

describe('a PDU that belongs to no message owes its RES through due, like a message', () => {
  const answer = planAnswer(moment(), resAsked('MM4_delivery_report.RES'), nextAnswer(after()), {
    code: 'Error-message-not-found',
  });
  const pdu = evidence('op-b');
  const orphan: Decision = (state) =>
    state.evidence > 0
      ? []
      : [
          {
            type: 'OrphanReceived',
            pduKind: 'MM4_delivery_report.REQ',
            messageId: { raw: messageId, normal: messageId },
            pdu,
            envelope: { mailFrom: b1, rcptTo: [b1] },
            why: 'no such message',
            concerns: null,
            answer,
          },
        ];
  const refused: Decision = (state) =>
    state.evidence > 0
      ? []
      : [
          {
            type: 'RefusedReceived',
            pduKind: 'MM4_forward.REQ',
            messageId: null,
            pdu,
            envelope: { mailFrom: b1, rcptTo: [b1] },
            size: 100,
            content: null,
            errors: ['loop-detected'],
            reply: { code: 250, text: 'taken' },
            answer,
          },
        ];

  for (const [name, kept] of [
    ['an orphan', orphan],
    ['a refused PDU', refused],
  ] as const) {
    test(name, () => {
      assert.deepEqual(owes(after(kept)), ['answer answers to-op-a']);
      assert.deepEqual(
        owes(
          given(kept)
            .when(answered('1'))
            .then([{ type: 'AckSent' }]),
        ),
        [],
      );
      given(kept)
        .when(time(t0 + 4 * hour))
        .then([{ type: 'AckAbandoned' }]);
      given(kept, answered('1'))
        .when(time(t0 + 99 * hour))
        .then([]);
    });
  }
});
