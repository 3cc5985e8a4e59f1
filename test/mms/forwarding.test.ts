import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { MmsEvent } from '../../domain/mms/events.ts';
import type { ContentFailure } from '../../domain/ports.ts';
import {
  arrives,
  b1,
  b2,
  b3,
  claim,
  dropped,
  ends,
  hour,
  minute,
  ref,
  refused,
  reply,
  res,
  second,
  sent,
  t0,
  time,
  unknown,
  wantsDelivery,
} from './builders.ts';
import { after, given, owes, type Decision } from './spec.ts';

/** Ids of the attempt that a claim would begin. */
function idsOf(events: readonly MmsEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'ForwardStarted' ? [event.transactionId, event.rfcMessageId] : [],
  );
}

const atLease = t0 + second + 13 * minute;
const three = { to: [b1, b2, b3], flags: wantsDelivery };
const all = { recipients: [b1, b2, b3] };

describe('a claim', () => {
  test('fixes the ids and names the recipients', () => {
    const state = given(arrives({ to: [b1, b2] }))
      .when(claim())
      .then([{ type: 'ForwardStarted', leg: 1, attempt: 1, recipients: [b1, b2], worker: 'w1' }]);
    assert.deepEqual(owes(state), ['void-claim lease w1', 'answer answers to-op-a', 'give-up clock']);
  });

  test('is lost to whoever came first', () => {
    given(arrives(), claim())
      .when(claim(1, { worker: 'w2' }))
      .then([]);
  });

  test('comes to nothing before its time, after its deadline, or where there is no such leg', () => {
    given(arrives(), claim(), dropped())
      .when(claim(1, { at: t0 + minute }))
      .then([]);
    given(arrives({ deadline: t0 + hour }))
      .when(claim(1, { at: t0 + hour }))
      .then([]);
    given(arrives()).when(claim(2)).then([]);
    given().when(claim()).then([]);
  });

  test('leaves out whom the partner has already answered for', () => {
    given(
      arrives({ to: [b1, b2] }),
      claim(),
      unknown({ recipients: [b1, b2] }),
      res('Ok', { recipients: [b1] }),
    )
      .when(claim(1, { at: t0 + hour }))
      .then([{ type: 'ForwardStarted', attempt: 2, recipients: [b2] }]);
  });
});

describe('an attempt', () => {
  test('that is sent awaits its RES', () => {
    const state = given(arrives(), claim())
      .when(sent())
      .then([{ type: 'ForwardSent', leg: 1, attempt: 1, recipients: [b1], reply: { code: 250 } }]);
    assert.deepEqual(owes(state), ['time-out acks to-op-b', 'answer answers to-op-a', 'give-up clock']);
  });

  test('that asked for no RES hands the message over', () => {
    given(arrives({ askRes: false }), claim(1, { requestAck: false }))
      .when(sent({ ackUntil: null }))
      .then([{ type: 'ForwardSent', ackUntil: null }, { type: 'Closed' }]);
  });

  const failures: readonly (readonly [string, Decision])[] = [
    ['whose line dropped', dropped()],
    ['that was refused for now', refused(reply(451))],
    ['at a partner that takes nobody now', refused(reply(452, '4.5.3'), {}, { [b1]: reply(452, '4.5.3') })],
  ];
  for (const [name, failure] of failures) {
    test(`${name} is repeated with the same ids`, () => {
      const state = given(arrives(), claim())
        .when(failure)
        .then([
          { type: 'ForwardDeferred', attempt: 1, recipients: [b1], nextAttemptAt: t0 + 2 * second + minute },
        ]);
      const first = claim()(after(arrives()));
      const next = claim(1, { at: t0 + hour })(state);
      assert.deepEqual(idsOf(next), idsOf(first));
    });
  }

  test('refused for good fails its recipients, and the originator hears it', () => {
    const why = { by: 'partner', reply: { code: 552 } } as const;
    given(arrives({ flags: wantsDelivery }), claim())
      .when(refused(reply(552)))
      .then([
        { type: 'ForwardRefused', recipients: [b1], status: 'Error-content-not-accepted', why },
        {
          type: 'DeliveryFailed',
          status: 'Rejected',
          by: 'partner',
          relay: { status: 'Rejected', report: 1 },
        },
      ]);
  });

  test('that a rule of ours stops is refused by us', () => {
    given(arrives(), claim())
      .when(refused({ ...reply(554, '5.6.3', 'no 8-bit'), ours: true }))
      .then([
        { type: 'ForwardRefused', why: { by: 'us', text: 'no 8-bit' } },
        { type: 'DeliveryFailed', by: 'us' },
      ]);
  });

  test('without an answer is nothing to anybody but its own worker', () => {
    given(arrives()).when(sent()).then([]);
    given(arrives(), claim())
      .when(sent({ leg: 7 }))
      .then([]);
    given(arrives(), claim())
      .when(sent({ attempt: 2 }))
      .then([]);
  });
});

describe('recipients refused at RCPT while others are taken', () => {
  test('for now: they go on in a transaction of their own', () => {
    const state = given(arrives(three), claim())
      .when(sent(all, { [b2]: reply(450), [b3]: reply(451) }))
      .then([
        { type: 'ForwardSent', recipients: [b1] },
        { type: 'ForwardDeferred', recipients: [b2, b3], newLeg: 2, nextAttemptAt: t0 + 2 * second + minute },
      ]);
    const next = claim(2, { at: t0 + hour })(state);
    assert.equal(idsOf(next).length, 2);
    assert.notDeepEqual(idsOf(next), idsOf(claim()(after(arrives(three)))));
  });

  test('because it takes no more in one mail: they follow at once', () => {
    given(arrives(three), claim())
      .when(sent(all, { [b3]: reply(452, '4.5.3') }))
      .then([
        { type: 'ForwardSent', recipients: [b1, b2] },
        { type: 'ForwardDeferred', recipients: [b3], newLeg: 2, nextAttemptAt: t0 + 2 * second },
      ]);
  });

  test('for good: they fail, each with its own reply', () => {
    const state = given(arrives(three), claim())
      .when(sent(all, { [b2]: reply(550, '5.1.1', 'no b2'), [b3]: reply(554, '5.7.1', 'no b3') }))
      .then([
        { type: 'ForwardSent', recipients: [b1] },
        { type: 'ForwardRefused', recipients: [b2], status: 'Error-sending-address-unresolved' },
        { type: 'DeliveryFailed', recipient: b2, relay: { text: 'no b2', report: 1 } },
        { type: 'ForwardRefused', recipients: [b3], status: 'Error-service-denied' },
        { type: 'DeliveryFailed', recipient: b3, relay: { text: 'no b3', report: 2 } },
      ]);
    assert.deepEqual(state.legs[0]?.recipients, [b1]);
  });

  test('some for now, some for good', () => {
    given(arrives(three), claim())
      .when(sent(all, { [b2]: reply(550, '5.1.1'), [b3]: reply(450) }))
      .then([
        { type: 'ForwardSent', recipients: [b1] },
        { type: 'ForwardDeferred', recipients: [b3], newLeg: 2 },
        { type: 'ForwardRefused', recipients: [b2] },
        { type: 'DeliveryFailed', recipient: b2 },
      ]);
  });

  test('though its RES has accepted them: the RES stands', () => {
    const taken = [{ type: 'ForwardSent', recipients: [b1, b3] }] as const;
    given(arrives(three), claim(), res('Ok', { recipients: [b2] }))
      .when(sent(all, { [b2]: reply(450) }))
      .then(taken);
    given(arrives(three), claim(), res('Ok', { recipients: [b2] }))
      .when(sent(all, { [b2]: reply(550) }))
      .then([...taken, { type: 'ForwardRefused', recipients: [b2] }]);
  });

  test('an address the partner was never given is nobody', () => {
    given(arrives(), claim())
      .when(sent({}, { '+999': reply(550) }))
      .then([{ type: 'ForwardSent', recipients: [b1] }]);
  });
});

describe('an attempt that took nobody', () => {
  test('all for now: they stay together, with the same ids', () => {
    const state = given(arrives(three), claim())
      .when(refused(reply(450), all, { [b1]: reply(450), [b2]: reply(451), [b3]: reply(452, '4.5.3') }))
      .then([{ type: 'ForwardDeferred', recipients: [b1, b2, b3], newLeg: undefined }]);
    assert.deepEqual(idsOf(claim(1, { at: t0 + hour })(state)), idsOf(claim()(after(arrives(three)))));
  });

  test('all for good, for two reasons: the leg is over', () => {
    const state = given(arrives(three), claim())
      .when(refused(reply(554), all, { [b1]: reply(550, '5.1.1'), [b2]: reply(550, '5.1.1') }))
      .then([
        { type: 'ForwardRefused', recipients: [b1, b2] },
        { type: 'DeliveryFailed', recipient: b1 },
        { type: 'DeliveryFailed', recipient: b2 },
        { type: 'ForwardRefused', recipients: [b3], status: 'Error-unspecified' },
        { type: 'DeliveryFailed', recipient: b3 },
      ]);
    assert.equal(state.legs[0]?.stage.kind, 'ended');
    assert.deepEqual(state.legs[0].recipients, [b1, b2, b3]);
  });

  test('some for now, some for good: the former keep the leg and its ids', () => {
    const state = given(arrives(three), claim())
      .when(refused(reply(450), all, { [b1]: reply(550), [b2]: reply(450), [b3]: reply(450) }))
      .then([
        { type: 'ForwardDeferred', recipients: [b2, b3], newLeg: undefined },
        { type: 'ForwardRefused', recipients: [b1] },
        { type: 'DeliveryFailed', recipient: b1 },
      ]);
    assert.deepEqual(state.legs[0]?.recipients, [b2, b3]);
    assert.equal(state.legs.length, 1);
  });
});

describe('content that cannot be read', () => {
  const lost = (content: ContentFailure): Decision =>
    ends({ kind: 'not-sent', at: 'mail', why: 'no content', content });

  test('because it is damaged or erased: no try makes it better', () => {
    for (const kind of ['damaged', 'erased'] as const) {
      given(arrives(), claim())
        .when(lost({ kind, ref: ref('body'), message: 'the seal is broken' }))
        .then([
          { type: 'ForwardRefused', why: { by: 'us', text: 'the seal is broken' } },
          { type: 'DeliveryFailed', by: 'us' },
        ]);
    }
  });

  test('because the store is away: it is tried again', () => {
    given(arrives(), claim())
      .when(lost({ kind: 'unavailable', message: 'disk away' }))
      .then([{ type: 'ForwardDeferred', why: { by: 'us', text: 'disk away' } }]);
  });
});

describe('an unknown outcome', () => {
  const held = [arrives(), claim(1, { onUnknownOutcome: 'hold' }), unknown()];

  test('is sent again with the same ids, where the policy says so', () => {
    const state = given(arrives(), claim())
      .when(unknown())
      .then([{ type: 'ForwardOutcomeUnknown', attempt: 1, then: 'resend' }]);
    assert.deepEqual(idsOf(claim(1, { at: t0 + hour })(state)), idsOf(claim()(after(arrives()))));
  });

  test('waits for an operator, where the policy says so, until the deadline', () => {
    given(arrives(), claim(1, { onUnknownOutcome: 'hold' }))
      .when(unknown())
      .then([{ type: 'ForwardOutcomeUnknown', then: 'hold' }]);
    given(...held)
      .when(claim(1, { at: t0 + hour }))
      .then([]);
    given(...held)
      .when(time(t0 + 72 * hour))
      .then([
        { type: 'DeliveryFailed', status: 'Indeterminate', by: 'us' },
        { type: 'AckAbandoned' },
        { type: 'Closed' },
      ]);
  });

  test('is settled by a RES after all', () => {
    const state = given(...held)
      .when(res())
      .then(
        [{ type: 'AckReceived', mark: 'late', recipients: [b1] }],
        [{ type: 'AckReceived', mark: 'second' }],
      );
    assert.deepEqual(owes(state), ['answer answers to-op-a']);
  });

  test('of a worker that is dead, or let its lease run out', () => {
    const lost = { type: 'ForwardOutcomeUnknown', attempt: 1, then: 'resend' } as const;
    given(arrives(), claim())
      .when(time(atLease - 1))
      .then([]);
    given(arrives(), claim())
      .when(time(atLease))
      .then([{ ...lost, why: 'its worker w1 let the lease run out' }]);
    given(arrives(), claim())
      .when(time(t0 + 2 * second, (worker) => worker === 'w1'))
      .then([{ ...lost, why: 'its worker w1 is gone' }]);
  });
});

describe('an outcome that comes after its lease', () => {
  const late = { at: t0 + hour };
  const fact = { type: 'ForwardSent', attempt: 1, recipients: [b1] } as const;

  test('counts if it was sent, and stops the next try', () => {
    const state = given(arrives(), claim(), time(atLease)).when(sent(late)).then([fact]);
    assert.deepEqual(claim(1, { at: t0 + 2 * hour })(state), []);
  });

  test('counts though another attempt is in hand, whose failure then means nothing', () => {
    const history = [arrives(), claim(), time(atLease), claim(1, { at: t0 + 50 * minute, worker: 'w2' })];
    given(...history)
      .when(sent(late))
      .then([fact]);
    given(...history, sent(late))
      .when(refused(reply(554), { attempt: 2 }))
      .then([]);
    given(...history, sent(late))
      .when(sent({ attempt: 2 }))
      .then([{ ...fact, attempt: 2 }]);
  });

  test('counts though the next attempt was refused for good', () => {
    given(
      arrives(),
      claim(),
      time(atLease),
      claim(1, { at: t0 + 50 * minute }),
      refused(reply(554), { attempt: 2 }),
    )
      .when(sent(late))
      .then([fact]);
  });

  test('decides nothing more about those whom another attempt has brought through', () => {
    const two = { recipients: [b1, b2] };
    const history = [arrives({ to: [b1, b2] }), claim(), time(atLease), claim(1, { at: t0 + 20 * minute })];
    given(...history, sent({ ...two, attempt: 2 }))
      .when(sent({ ...two, ...late }, { [b2]: reply(450) }))
      .then([fact]);
  });

  test('does not count if it was not sent', () => {
    given(arrives(), claim(), time(atLease)).when(dropped(late)).then([]);
    given(arrives(), claim(), time(atLease))
      .when(refused(reply(554), late))
      .then([]);
    given(arrives(), claim(), time(atLease)).when(unknown(late)).then([]);
  });
});
