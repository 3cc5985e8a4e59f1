import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { maxRepeatedRes } from '../../domain/mms/decide/ack.ts';
import {
  answered,
  arrives,
  b1,
  b2,
  b3,
  claim,
  dropped,
  hour,
  minute,
  read,
  refused,
  relayed,
  reply,
  reported,
  res,
  sent,
  t0,
  time,
  unknown,
  wantsDelivery,
} from './builders.ts';
import { after, assertEvents, given, owes } from './spec.ts';

const second = { type: 'AckReceived', mark: 'second' } as const;
const contradicting = { type: 'AckReceived', mark: 'contradicting' } as const;
const inFlight = [arrives({ askRes: false }), claim(), sent()];
const two = { to: [b1, b2], flags: wantsDelivery };
const twoInFlight = [arrives(two), claim(), sent({ recipients: [b1, b2] })];
const transient = 'Error-network-problem';
const permanent = 'Error-service-denied';

describe('the RES to a forward', () => {
  test('in time ends the waiting', () => {
    given(...inFlight)
      .when(res())
      .then(
        [
          { type: 'AckReceived', leg: 1, recipients: [b1], mark: undefined, status: { code: 'Ok' } },
          { type: 'Closed' },
        ],
        [{ type: 'Reopened', because: 'AckReceived' }, second, { type: 'Closed' }],
      );
  });

  test('before our own ForwardSent is early, and as good', () => {
    const state = given(arrives({ askRes: false }), claim())
      .when(res())
      .then([{ type: 'AckReceived', mark: 'early' }], [second]);
    assertEvents(sent()(state), [{ type: 'ForwardSent' }, { type: 'Closed' }]);
  });

  test('to an attempt whose outcome is unknown spares the next one', () => {
    const state = given(arrives(), claim(), unknown())
      .when(res())
      .then([{ type: 'AckReceived', mark: 'late' }], [second]);
    assert.deepEqual(claim(1, { at: t0 + hour })(state), []);
  });

  test('stands against an SMTP refusal of a later attempt', () => {
    given(arrives(), claim(), unknown(), claim(1, { at: t0 + 2 * minute }), res())
      .when(refused(reply(554), { attempt: 2 }))
      .then([{ type: 'ForwardRefused', attempt: 2 }]);
  });

  test('after the time-out is late, and as good', () => {
    given(arrives({ flags: wantsDelivery }), claim(), sent(), time(t0 + 2 * hour))
      .when(res())
      .then([{ type: 'AckReceived', mark: 'late', recipients: [b1] }], [second]);
  });

  test('after the close opens the message and closes it again', () => {
    given(...inFlight, time(t0 + 2 * hour))
      .when(res())
      .then(
        [
          { type: 'Reopened', because: 'AckReceived' },
          { type: 'AckReceived', mark: 'late' },
          { type: 'Closed' },
        ],
        [{ type: 'Reopened' }, second, { type: 'Closed' }],
      );
  });

  test('brings the name the partner has for the message', () => {
    given(...inFlight)
      .when(res('Ok', { alias: 'their-own@mmsc.op-b.example' }))
      .then(
        [{ type: 'AckReceived', alias: 'their-own@mmsc.op-b.example' }, { type: 'Closed' }],
        [{ type: 'Reopened' }, second, { type: 'Closed' }],
      );
  });

  test('without a transaction id answers the transaction in hand', () => {
    given(...twoInFlight)
      .when(res('Ok', { transactionId: '' }))
      .then([{ type: 'AckReceived', mark: undefined, recipients: [b1, b2] }], [second]);
  });

  test('to nothing we ever sent is nothing', () => {
    given(...inFlight)
      .when(res('Ok', { leg: 2 }))
      .then([]);
    given(...inFlight)
      .when(res('Ok', { transactionId: 'guessed' }))
      .then([]);
    given(arrives())
      .when(res('Ok', { transactionId: '' }))
      .then([]);
    given().when(res()).then([]);
  });
});

describe('a second RES', () => {
  test('is recorded and changes nothing', () => {
    given(...twoInFlight, res())
      .when(res())
      .then([second], [second]);
    const state = given(...twoInFlight, res())
      .when(res(permanent))
      .then([contradicting], [contradicting]);
    assert.equal(state.recipients.get(b1)?.delivery.kind, 'pending');
  });

  test(`is only counted after ${maxRepeatedRes}`, () => {
    const repeats = Array.from({ length: maxRepeatedRes }, () => res());
    given(...twoInFlight, res(), ...repeats)
      .when(res())
      .then([]);
    given(...twoInFlight, res(), ...repeats)
      .when(res(permanent))
      .then([]);
  });

  test('gives those their answer who had none yet, and nobody another', () => {
    const state = given(...twoInFlight, res('Ok', { recipients: [b1] }))
      .when(res(permanent))
      .then(
        [
          { type: 'AckReceived', recipients: [b2], mark: undefined },
          { type: 'DeliveryFailed', recipient: b2 },
        ],
        [{ ...contradicting, recipients: [b1, b2] }],
      );
    assert.equal(state.recipients.get(b1)?.delivery.kind, 'pending');
  });
});

describe('a RES for some recipients (Request-Recipients)', () => {
  test('leaves the transaction open for the others', () => {
    const state = given(...twoInFlight)
      .when(res('Ok', { recipients: [b1] }))
      .then([{ type: 'AckReceived', recipients: [b1] }], [second]);
    assert.ok(owes(state).includes('time-out acks to-op-b'));
  });

  test('that names nobody of this message means everybody', () => {
    given(...twoInFlight)
      .when(res('Ok', { recipients: ['+999'] }))
      .then([{ type: 'AckReceived', recipients: [b1, b2] }], [second]);
  });

  test('that names one who went on in another transaction changes nothing for those who stayed', () => {
    const moved = [...twoInFlight, res(transient, { recipients: [b2] })];
    given(...moved)
      .when(res(permanent, { recipients: [b2] }))
      .then([{ type: 'AckReceived', recipients: [], mark: 'second' }], [second]);
  });
});

describe('a negative RES', () => {
  test('for good fails its recipients, and the originator hears it', () => {
    given(...twoInFlight)
      .when(res(permanent, { recipients: [b2], text: 'barred' }))
      .then(
        [
          { type: 'AckReceived', recipients: [b2], status: { code: permanent, class: 'permanent' } },
          {
            type: 'DeliveryFailed',
            recipient: b2,
            status: 'Rejected',
            by: 'partner',
            relay: { text: 'barred' },
          },
        ],
        [second],
      );
  });

  test('for good and early: the attempt then only records that it was sent', () => {
    given(arrives({ flags: wantsDelivery }), claim(), res(permanent))
      .when(sent())
      .then([{ type: 'ForwardSent' }]);
  });

  test('of one who has the message already fails nobody', () => {
    given(...twoInFlight, reported(b1, 'Retrieved'))
      .when(res(permanent))
      .then(
        [
          { type: 'AckReceived', recipients: [b1, b2] },
          { type: 'DeliveryFailed', recipient: b2 },
        ],
        [second],
      );
  });
});

describe('a RES that refuses for now', () => {
  const anew = { type: 'ForwardDeferred', recipients: [b1], newTransaction: true } as const;
  const again = claim(1, { at: t0 + hour });

  test('begins a new transaction', () => {
    const state = given(...inFlight)
      .when(res(transient))
      .then([{ type: 'AckReceived' }, { ...anew, nextAttemptAt: t0 + 6 * minute }], [second]);
    const [next] = again(state);
    assert.ok(next?.type === 'ForwardStarted' && next.attempt === 2);
    assert.equal(state.legs[0]?.transactionIds.includes(next.transactionId), false);
  });

  test('begins one also after the time-out, and where the outcome was unknown', () => {
    const late = { type: 'AckReceived', mark: 'late' } as const;
    given(...twoInFlight, time(t0 + 2 * hour))
      .when(res(transient))
      .then([late, { ...anew, recipients: [b1, b2] }], [second]);
    given(arrives(), claim(), unknown()).when(res(transient)).then([late, anew], [second]);
    given(arrives(), claim(1, { onUnknownOutcome: 'hold' }), unknown())
      .when(res(transient))
      .then([late, anew], [second]);
  });

  test('for some recipients moves them to a leg of their own', () => {
    const state = given(...twoInFlight)
      .when(res(transient, { recipients: [b2] }))
      .then([{ type: 'AckReceived' }, { type: 'ForwardDeferred', recipients: [b2], newLeg: 2 }], [second]);
    assert.equal(state.recipients.get(b2)?.leg, 2);
    assertEvents(claim(2, { at: t0 + hour })(state), [
      { type: 'ForwardStarted', leg: 2, attempt: 1, recipients: [b2] },
    ]);
  });

  test('early waits for the outcome, whatever it is', () => {
    const early = [arrives(), claim(), res(transient)];
    given(arrives(), claim())
      .when(res(transient))
      .then([{ type: 'AckReceived', mark: 'early' }], [second]);
    given(...early)
      .when(sent())
      .then([{ type: 'ForwardSent' }, anew]);
    given(...early)
      .when(unknown())
      .then([{ type: 'ForwardOutcomeUnknown' }, anew]);
    given(...early)
      .when(dropped())
      .then([{ type: 'ForwardDeferred', newTransaction: undefined }, anew]);
    given(...early)
      .when(time(t0 + hour))
      .then([{ type: 'ForwardOutcomeUnknown' }, anew]);
    given(...early)
      .when(refused(reply(554)))
      .then([{ type: 'ForwardRefused' }, { type: 'DeliveryFailed' }]);
  });

  test('early for some, of whom one was refused at RCPT: only the other goes on anew', () => {
    given(arrives({ to: [b1, b2, b3] }), claim(), res(transient, { recipients: [b2, b3] }))
      .when(sent({ recipients: [b1, b2, b3] }, { [b3]: reply(450) }))
      .then([
        { type: 'ForwardSent', recipients: [b1, b2] },
        { type: 'ForwardDeferred', recipients: [b3], newLeg: 2 },
        { type: 'ForwardDeferred', recipients: [b2], newLeg: 3 },
      ]);
  });

  test('early, then Ok: nothing begins anew', () => {
    given(arrives(), claim(), res(transient), res())
      .when(sent())
      .then([{ type: 'ForwardSent' }]);
  });

  test('contradicts a report that the message is there', () => {
    given(...twoInFlight, reported(b1, 'Deferred'), read(b2))
      .when(res(transient))
      .then([contradicting], [contradicting]);
  });

  test('again, while the new transaction is in hand, does not begin a third', () => {
    const anewInHand = [...inFlight, res(transient), again];
    given(...anewInHand)
      .when(res(transient, { nth: 0 }))
      .then([second], [second]);
    given(...anewInHand)
      .when(res(permanent, { nth: 0 }))
      .then([contradicting], [contradicting]);
    given(...anewInHand, res(transient, { nth: 0 }))
      .when(sent({ attempt: 2, at: t0 + hour }))
      .then([{ type: 'ForwardSent' }]);
  });

  test('again and again without a transaction id, refuses the same transaction only once', () => {
    const nameless = { transactionId: '' };
    given(...inFlight, res(transient, nameless))
      .when(res(transient, { ...nameless, at: t0 + 2 * minute }))
      .then([second], [second]);
  });

  test('and then says Ok to the earlier transaction: the partner has it after all', () => {
    const state = given(...inFlight, res(transient))
      .when(res('Ok', { nth: 0 }))
      .then(
        [{ type: 'AckReceived', mark: 'late' }, { type: 'Closed' }],
        [{ type: 'Reopened' }, second, { type: 'Closed' }],
      );
    assert.deepEqual(again(state), []);
  });

  test('and then we hear that the earlier attempt was sent: the new transaction goes on', () => {
    const state = given(arrives(), claim(), unknown(), res(transient))
      .when(sent({ at: t0 + 2 * minute }))
      .then([{ type: 'ForwardSent', attempt: 1 }]);
    assertEvents(again(state), [{ type: 'ForwardStarted', attempt: 2 }]);
  });
});

test('everything done, the message is closed; a report after that opens it until it is relayed', () => {
  const done = [...twoInFlight.slice(1)];
  const closed = after(
    arrives({ to: [b1, b2], flags: wantsDelivery }),
    ...done,
    res(),
    answered('1'),
    reported(b1, 'Expired', { askRes: false }),
    reported(b2, 'Retrieved', { askRes: false }),
    relayed(1),
    relayed(2),
    time(t0 + 3 * hour),
  );
  assert.equal(closed.closed, true);
  const events = reported(b1, 'Retrieved', { askRes: false, at: t0 + 4 * hour })(closed);
  assertEvents(events, [
    { type: 'Reopened', because: 'Delivered' },
    { type: 'Delivered', stands: true },
  ]);
});
