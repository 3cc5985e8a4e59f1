import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { maxRepeatedRes } from '../../domain/mms/decide/ack.ts';
import { reportDeadline } from '../../domain/mms/plans.ts';
import {
  arrives,
  b1,
  b2,
  claim,
  hour,
  laterReply,
  minute,
  plain,
  read,
  relayed,
  relayRes,
  reported,
  res,
  returnPath,
  second,
  sent,
  t0,
  time,
  unknown,
  wantsBoth,
  wantsDelivery,
} from './builders.ts';
import { after, given, owes } from './spec.ts';

const inFlight = [arrives({ flags: wantsDelivery, askRes: false }), claim(), sent()];
const bothAsked = [arrives({ flags: wantsBoth, askRes: false }), claim(), sent()];
const noneAsked = [arrives({ askRes: false }), claim(), sent()];
const same = { type: 'DuplicateReceived', of: 'delivery-report', answer: { status: 'Ok' } } as const;
const sameRead = { type: 'DuplicateReceived', of: 'read-report' } as const;
const quiet = { askRes: false } as const;

describe('a delivery report', () => {
  test('is recorded, answered, and relayed as the originator asked', () => {
    given(...inFlight)
      .when(reported(b1, 'Retrieved'))
      .then(
        [
          {
            type: 'Delivered',
            recipient: b1,
            stands: true,
            answer: { status: 'Ok', route: 'to-op-b', pdu: 'MM4_delivery_report.RES' },
            relay: {
              report: 1,
              kind: 'delivery',
              status: 'Retrieved',
              route: 'to-op-a',
              date: t0 + 2 * minute,
            },
          },
        ],
        [same],
      );
  });

  test('before the RES acknowledges the forward', () => {
    const state = after(...inFlight, reported(b1, 'Deferred', quiet));
    assert.equal(
      owes(state).some((item) => item.startsWith('time-out')),
      false,
    );
    assert.deepEqual(
      claim(1, { at: t0 + hour })(after(arrives(), claim(), unknown(), reported(b1, 'Deferred'))),
      [],
    );
  });

  test('twice is one report; the second is answered again, up to 32 times', () => {
    const repeats = Array.from({ length: 32 }, () => reported(b1, 'Deferred'));
    given(...inFlight, reported(b1, 'Deferred'))
      .when(reported(b1, 'Deferred'))
      .then([same], [same]);
    given(...inFlight, reported(b1, 'Deferred'), ...repeats)
      .when(reported(b1, 'Deferred'))
      .then([]);
  });

  test('without a Date is known again by its status', () => {
    given(...inFlight, reported(b1, 'Deferred', { date: null }))
      .when(reported(b1, 'Deferred', { date: null, at: t0 + hour }))
      .then([same], [same]);
  });

  test('when none was asked for is kept and answered, and goes no further', () => {
    given(...noneAsked, res())
      .when(reported(b1, 'Retrieved', quiet))
      .then(
        [{ type: 'Reopened' }, { type: 'Delivered', relay: null }, { type: 'Closed' }],
        [{ type: 'Reopened' }, { ...same, answer: null }, { type: 'Closed' }],
      );
  });

  test('has nowhere to go where the partner has no way back', () => {
    given(arrives({ flags: wantsDelivery, reportsTo: null }), claim(), sent())
      .when(reported(b1, 'Retrieved'))
      .then([{ type: 'Delivered', relay: null }], [same]);
  });

  test('about nobody we know is nothing', () => {
    given(...inFlight)
      .when(reported('+999', 'Retrieved'))
      .then([]);
    given(...inFlight)
      .when(read('+999'))
      .then([]);
    given().when(reported(b1, 'Retrieved')).then([]);
  });

  test('says who refused', () => {
    const rejected = (extension: string) => reported(b1, 'Rejected', { extension });
    given(...inFlight)
      .when(rejected('Rejection-By-MMS-Recipient'))
      .then(
        [{ type: 'DeliveryFailed', by: 'user', relay: { extension: 'Rejection-By-MMS-Recipient' } }],
        [same],
      );
    given(...inFlight)
      .when(rejected('Rejection-By-Other-RS'))
      .then([{ type: 'DeliveryFailed', by: 'partner' }], [same]);
  });
});

describe('X-Mms-Forward-To-Originator-UA', () => {
  const relays = (flags: typeof plain, toOriginatorUA?: boolean) =>
    given(arrives({ flags }), claim(), sent()).when(
      reported(b1, 'Retrieved', toOriginatorUA === undefined ? {} : { toOriginatorUA }),
    );
  const relayedWith = (toOriginatorUA: boolean) =>
    [{ type: 'Delivered', relay: { toOriginatorUA } }] as const;
  const forSystem = { ...plain, originatorRsDeliveryReport: true };

  test('absent: yes if the sender’s handset asked, no if only its system did', () => {
    relays(wantsDelivery).then(relayedWith(true), [same]);
    relays(forSystem).then(relayedWith(false), [same]);
  });

  test('given: as given', () => {
    relays(wantsDelivery, false).then(relayedWith(false), [same]);
    relays(forSystem, true).then(relayedWith(true), [same]);
  });
});

describe('precedence (protocol reference 2.2)', () => {
  const told = [...inFlight, reported(b1, 'Deferred', quiet)];
  const later = { ...quiet, at: t0 + hour };
  const sameQuiet = { ...same, answer: null };

  test('interim, then final', () => {
    given(...told)
      .when(reported(b1, 'Retrieved', later))
      .then([{ type: 'Delivered', stands: true, relay: { report: 2 } }], [sameQuiet]);
    given(...told)
      .when(reported(b1, 'Expired', later))
      .then([{ type: 'DeliveryFailed', stands: true }], [sameQuiet]);
  });

  test('interim, then an older interim: recorded only', () => {
    given(...told)
      .when(reported(b1, 'Forwarded', { ...later, date: t0 }))
      .then([{ type: 'DeliveryDeferred', stands: false, relay: null }], [sameQuiet]);
    given(...told)
      .when(reported(b1, 'Forwarded', later))
      .then([{ type: 'DeliveryDeferred', stands: true, relay: { status: 'Forwarded' } }], [sameQuiet]);
  });

  test('final, then interim: recorded only', () => {
    given(...inFlight, reported(b1, 'Retrieved', quiet))
      .when(reported(b1, 'Deferred', later))
      .then([{ type: 'DeliveryDeferred', stands: false, relay: null }], [sameQuiet]);
  });

  test('final failure, then Retrieved: it was delivered after all', () => {
    const state = given(...inFlight, reported(b1, 'Expired', quiet))
      .when(reported(b1, 'Retrieved', later))
      .then([{ type: 'Delivered', stands: true, relay: { status: 'Retrieved' } }], [sameQuiet]);
    assert.equal(state.recipients.get(b1)?.delivery.kind, 'delivered');
  });

  test('final failure, then another failure: the first stands', () => {
    given(...inFlight, reported(b1, 'Expired', quiet))
      .when(reported(b1, 'Rejected', later))
      .then([{ type: 'DeliveryFailed', stands: false, relay: null }], [sameQuiet]);
  });

  test('Indeterminate is final until somebody knows better', () => {
    const indeterminate = [...inFlight, reported(b1, 'Indeterminate', quiet)];
    given(...indeterminate)
      .when(reported(b1, 'Rejected', later))
      .then([{ type: 'DeliveryFailed', stands: true }], [sameQuiet]);
    given(...indeterminate)
      .when(reported(b1, 'Deferred', later))
      .then([{ type: 'DeliveryDeferred', stands: false }], [sameQuiet]);
  });

  test('Retrieved, then anything: Retrieved', () => {
    given(...inFlight, reported(b1, 'Retrieved', quiet))
      .when(reported(b1, 'Rejected', later))
      .then([{ type: 'DeliveryFailed', stands: false, relay: null }], [sameQuiet]);
  });

  test('a partner that never stops deferring does not keep out the final report', () => {
    const deferrals = Array.from({ length: 40 }, (_, hours) =>
      reported(b1, 'Deferred', { ...quiet, at: t0 + hours * hour }),
    );
    given(...inFlight, ...deferrals)
      .when(reported(b1, 'Retrieved', { ...quiet, at: t0 + 50 * hour }))
      .then([{ type: 'Delivered', stands: true }], [sameQuiet]);
    assert.equal(after(...inFlight, ...deferrals).recipients.get(b1)?.reportsSeen.length, 32);
  });
});

describe('a read report', () => {
  test('is relayed if it was asked for', () => {
    given(...bothAsked, reported(b1, 'Retrieved', quiet))
      .when(read(b1))
      .then(
        [{ type: 'ReadReported', status: 'Read', stands: true, relay: { kind: 'read', status: 'Read' } }],
        [sameRead],
      );
    given(...inFlight)
      .when(read(b1, {}, 'Deleted without being read'))
      .then([{ type: 'ReadReported', status: 'Deleted without being read', relay: null }], [sameRead]);
  });

  test('comes once, whatever its status and date', () => {
    given(...bothAsked, read(b1))
      .when(read(b1, { at: t0 + hour }, 'Deleted without being read'))
      .then([sameRead], [sameRead]);
  });

  test('that overtakes the delivery report tells that the message is there', () => {
    const state = after(...bothAsked, read(b1, quiet));
    assert.equal(
      owes(state).some((item) => item.startsWith('time-out')),
      false,
    );
    given(...bothAsked, read(b1, quiet))
      .when(reported(b1, 'Retrieved', quiet))
      .then([{ type: 'Delivered', stands: true, relay: { report: 2 } }], [{ ...same, answer: null }]);
  });
});

describe('relaying', () => {
  const owedOnce = [...inFlight, res(), reported(b1, 'Retrieved', quiet)];
  const sentOnce = [...owedOnce, relayed(1)];
  const repeatedRes = { type: 'ReportAckReceived', mark: 'second' } as const;
  const reopened = [{ type: 'Reopened' }, repeatedRes, { type: 'Closed' }] as const;
  const transient = 'Error-network-problem';

  test('awaits the RES, and closes with it', () => {
    given(...owedOnce)
      .when(relayed(1))
      .then([{ type: 'ReportRelayed', recipient: b1, ackUntil: t0 + 5 * minute + hour }]);
    given(...sentOnce)
      .when(relayRes(1))
      .then([{ type: 'ReportAckReceived', report: 1, mark: undefined }, { type: 'Closed' }], reopened);
  });

  test('awaits none where none is asked for', () => {
    const state = [
      arrives({ flags: wantsDelivery, askRes: false, reportsTo: { ...returnPath, requestAck: false } }),
      claim(),
      sent(),
    ];
    given(...state, reported(b1, 'Retrieved', quiet))
      .when(relayed(1))
      .then([{ type: 'ReportRelayed', ackUntil: null }, { type: 'Closed' }]);
  });

  test('keeps the order of the reports on one recipient, and waits for no other', () => {
    const history = [
      arrives({ to: [b1, b2], flags: wantsDelivery, askRes: false }),
      claim(),
      sent({ recipients: [b1, b2] }),
      res(),
      reported(b1, 'Deferred', quiet),
      reported(b1, 'Retrieved', { ...quiet, at: t0 + 3 * minute }),
      reported(b2, 'Retrieved', quiet),
    ];
    const relays = (...more: typeof history) =>
      owes(after(...history, ...more)).filter((item) => item !== 'give-up clock');
    const relay = 'relay answers to-op-a';
    assert.deepEqual(relays(), [relay, relay]);
    assert.deepEqual(relays(relayed(1)), ['time-out acks to-op-a', relay]);
    assert.deepEqual(relays(relayed(1), relayRes(1)), [relay, relay]);
    assert.deepEqual(relays(relayed(1), relayRes(1), relayed(2), relayRes(2), relayed(3)), [
      'time-out acks to-op-a',
    ]);
  });

  test('is tried again when it could not be sent, and given up when it is refused for good or after 72 h', () => {
    const why = laterReply;
    const owedUntil = t0 + 2 * minute + reportDeadline;
    given(...owedOnce)
      .when(relayed(1, t0, { kind: 'deferred', why, nextAttemptAt: t0 + hour }))
      .then([{ type: 'ReportDeferred', nextAttemptAt: t0 + hour }]);
    given(...owedOnce)
      .when(relayed(1, t0, { kind: 'refused', why }))
      .then([{ type: 'ReportAbandoned' }, { type: 'Closed' }]);
    given(...owedOnce)
      .when(time(owedUntil - 1))
      .then([]);
    given(...owedOnce)
      .when(time(owedUntil))
      .then([{ type: 'ReportAbandoned' }, { type: 'Closed' }]);
  });

  test('its RES may be early: the sending is still recorded, and nothing more awaited', () => {
    given(...owedOnce)
      .when(relayRes(1))
      .then([{ type: 'ReportAckReceived', mark: 'early' }], [repeatedRes]);
    given(...owedOnce, relayRes(1))
      .when(relayed(1))
      .then([{ type: 'ReportRelayed' }, { type: 'Closed' }]);
  });

  test('its RES may be late', () => {
    given(...sentOnce)
      .when(time(t0 + 2 * hour))
      .then([{ type: 'AckTimedOut', report: 1, then: 'leave' }, { type: 'Closed' }]);
    given(...sentOnce, time(t0 + 2 * hour))
      .when(relayRes(1))
      .then(
        [{ type: 'Reopened' }, { type: 'ReportAckReceived', mark: 'late' }, { type: 'Closed' }],
        reopened,
      );
  });

  test('its RES may refuse it for now: it is sent again', () => {
    const deferred = { type: 'ReportDeferred', report: 1, nextAttemptAt: t0 + 15 * minute } as const;
    given(...sentOnce)
      .when(relayRes(1, transient))
      .then([{ type: 'ReportAckReceived' }, deferred], [{ type: 'ReportAckReceived', mark: 'early' }]);
    given(...owedOnce)
      .when(relayRes(1, transient))
      .then([{ type: 'ReportAckReceived', mark: 'early' }], [repeatedRes]);
    given(...owedOnce, relayRes(1, transient))
      .when(relayed(1))
      .then([{ type: 'ReportRelayed' }]);
    given(...owedOnce, relayRes(1, transient), relayed(1), relayRes(1, transient))
      .when(time(t0 + 2 * hour))
      .then([{ type: 'AckTimedOut', report: 1, then: 'resend' }]);
  });

  test('its RES may refuse it for now when it is too late to try again', () => {
    const tooLate = t0 + 3 * second + reportDeadline;
    given(...sentOnce)
      .when(relayRes(1, transient, tooLate))
      .then(
        [{ type: 'ReportAckReceived', mark: undefined }, { type: 'Closed' }],
        [{ type: 'Reopened' }, { type: 'ReportAckReceived', mark: 'late' }, { type: 'Closed' }],
      );
  });

  test('its RES may contradict the first, and come more often than anybody wants to know', () => {
    const often = Array.from({ length: maxRepeatedRes }, () => relayRes(1));
    given(...sentOnce, relayRes(1))
      .when(relayRes(1, 'Error-message-not-found'))
      .then(
        [{ type: 'Reopened' }, { type: 'ReportAckReceived', mark: 'contradicting' }, { type: 'Closed' }],
        [{ type: 'Reopened' }, { type: 'ReportAckReceived', mark: 'contradicting' }, { type: 'Closed' }],
      );
    given(...sentOnce, relayRes(1), ...often)
      .when(relayRes(1))
      .then([]);
    given(...sentOnce)
      .when(relayRes(2))
      .then([]);
  });
});
