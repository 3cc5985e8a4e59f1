import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { due, owed } from '../../domain/mms/due.ts';
import {
  answered,
  arrives,
  b1,
  b2,
  claim,
  dropped,
  expiresAt,
  hour,
  minute,
  plain,
  read,
  relayed,
  relayRes,
  refused,
  reply,
  reported,
  res,
  sent,
  t0,
  time,
  unknown,
  wantsBoth,
  wantsDelivery,
} from './builders.ts';
import { after, given, owes } from './spec.ts';

const quiet = { askRes: false } as const;
const lastWord = expiresAt + 24 * hour;
const gaveUp = { type: 'DeliveryFailed', status: 'Indeterminate', by: 'us' } as const;

describe('a leg that is not taken in time', () => {
  const expired = { type: 'DeliveryFailed', recipient: b1, status: 'Expired', by: 'us' } as const;

  test('expires with the message', () => {
    const waiting = [arrives({ ...quiet, flags: wantsDelivery })];
    given(...waiting)
      .when(time(expiresAt - 1))
      .then([]);
    given(...waiting)
      .when(time(expiresAt))
      .then([{ ...expired, relay: { status: 'Expired' } }]);
  });

  test('expires at its route’s deadline, if that is earlier', () => {
    given(arrives({ ...quiet, deadline: t0 + hour }), claim(), dropped())
      .when(time(t0 + hour))
      .then([expired, { type: 'Closed' }]);
  });

  test('expires also where its outcome is unknown', () => {
    given(arrives({ ...quiet, deadline: t0 + hour }), claim(), unknown())
      .when(time(t0 + hour))
      .then([expired, { type: 'Closed' }]);
  });

  test('whose claim is void at that moment expires in the same breath', () => {
    given(arrives({ ...quiet, deadline: t0 + minute }), claim())
      .when(time(t0 + hour))
      .then([{ type: 'ForwardOutcomeUnknown' }, expired, { type: 'Closed' }]);
  });

  test('expires though an earlier transaction was taken, which the RES then refused for now', () => {
    given(arrives({ ...quiet, deadline: t0 + 2 * hour }), claim(), sent(), res('Error-network-problem'))
      .when(time(t0 + 2 * hour))
      .then([expired, { type: 'Closed' }]);
  });

  test('leaves the RES that is still owed alone', () => {
    given(arrives({ at: lastWord - hour }))
      .when(time(lastWord))
      .then([expired]);
  });

  test('leaves the other legs alone', () => {
    const state = after(arrives({ ...quiet, deadline: t0 + hour }), arrives({ ...quiet, to: [b2] }));
    given(arrives({ ...quiet, deadline: t0 + hour }), arrives({ ...quiet, to: [b2] }))
      .when(time(t0 + hour))
      .then([expired]);
    assert.equal(due(state).filter((item) => item.do === 'forward').length, 2);
  });
});

describe('a RES that does not come', () => {
  const timedOut = { type: 'AckTimedOut', leg: 1 } as const;
  const resend = [
    arrives({ ...quiet, deadline: t0 + 3 * hour }),
    claim(1, { onAckTimeout: 'resend' }),
    sent(),
  ];

  test('is waited for until its time, then left alone', () => {
    const sentOff = [arrives(quiet), claim(), sent()];
    given(...sentOff)
      .when(time(t0 + hour))
      .then([]);
    given(...sentOff)
      .when(time(t0 + 2 * hour))
      .then([{ ...timedOut, then: 'leave' }, { type: 'Closed' }]);
  });

  test('makes us send again with the same ids, where the policy says so', () => {
    const state = given(...resend)
      .when(time(t0 + 2 * hour))
      .then([{ ...timedOut, then: 'resend' }]);
    const [next] = claim(1, { at: t0 + 2 * hour })(state);
    assert.ok(next?.type === 'ForwardStarted');
    assert.deepEqual(state.legs[0]?.transactionIds, [next.transactionId]);
  });

  test('does so no more after the deadline: the partner took it once', () => {
    const left = [{ ...timedOut, then: 'leave' }, { type: 'Closed' }] as const;
    given(...resend)
      .when(time(t0 + 3 * hour))
      .then(left);
    given(...resend, time(t0 + 2 * hour))
      .when(time(t0 + 3 * hour))
      .then(left);
  });

  test('and the partner refuses what it took once: it has it all the same', () => {
    const again = [...resend, time(t0 + 2 * hour), claim(1, { at: t0 + 2 * hour })];
    given(...again)
      .when(refused(reply(554), { attempt: 2 }))
      .then([{ type: 'ForwardRefused', attempt: 2 }, { type: 'Closed' }]);
    given(...again)
      .when(sent({ attempt: 2, at: t0 + 2 * hour }, { [b1]: reply(550) }))
      .then([{ type: 'ForwardSent', attempt: 2 }]);
  });

  test('is not waited for where a report has told more', () => {
    given(arrives({ flags: wantsDelivery }), claim(), sent(), reported(b1, 'Deferred'))
      .when(time(t0 + 2 * hour))
      .then([]);
  });
});

describe('a report that does not come', () => {
  test('is waited for until a day after the expiry; then nobody knows, and the originator hears that', () => {
    const inFlight = [arrives({ ...quiet, flags: wantsDelivery }), claim(), sent(), res()];
    given(...inFlight)
      .when(time(lastWord - 1))
      .then([]);
    given(...inFlight)
      .when(time(lastWord))
      .then([{ ...gaveUp, relay: { status: 'Indeterminate' } }]);
    given(...inFlight, time(lastWord), relayed(1, lastWord))
      .when(relayRes(1, 'Ok', lastWord))
      .then(
        [{ type: 'ReportAckReceived' }, { type: 'Closed' }],
        [{ type: 'Reopened' }, { type: 'ReportAckReceived', mark: 'second' }, { type: 'Closed' }],
      );
  });

  test('does not fail others, who were handed over and of whom nothing was asked', () => {
    const state = given(
      arrives({ ...quiet, to: [b1] }),
      arrives({ ...quiet, to: [b2], flags: wantsDelivery }),
      claim(1),
      sent(),
      res(),
      claim(2),
      sent({ leg: 2, recipients: [b2] }),
      res('Ok', { leg: 2 }),
    )
      .when(time(lastWord))
      .then([{ ...gaveUp, recipient: b2 }]);
    assert.equal(state.recipients.get(b1)?.delivery.kind, 'pending');
  });

  test('if it is only the read report: the message is just closed', () => {
    const delivered = [
      arrives({ ...quiet, flags: wantsBoth }),
      claim(),
      sent(),
      reported(b1, 'Retrieved', quiet),
      relayed(1),
      relayRes(1),
    ];
    given(...delivered)
      .when(time(lastWord - 1))
      .then([]);
    given(...delivered)
      .when(time(lastWord))
      .then([{ type: 'Closed' }]);
  });

  test('nor fails one who has read it', () => {
    const history = [
      arrives({ ...quiet, flags: wantsBoth }),
      claim(),
      sent(),
      read(b1, quiet),
      relayed(1),
      relayRes(1),
    ];
    given(...history)
      .when(time(lastWord))
      .then([{ type: 'Closed' }]);
  });

  test('nor is the message closed while a claim is in hand or a report on its way', () => {
    const onTheWay = [
      arrives({ ...quiet, flags: wantsBoth }),
      claim(),
      sent(),
      reported(b1, 'Retrieved', { ...quiet, at: lastWord - minute }),
    ];
    given(...onTheWay)
      .when(time(lastWord))
      .then([]);
    assert.deepEqual(owes(after(...onTheWay)), ['relay answers to-op-a']);
    given(...onTheWay, relayed(1, lastWord))
      .when(relayRes(1, 'Ok', lastWord))
      .then([{ type: 'ReportAckReceived' }], [{ type: 'ReportAckReceived', mark: 'second' }]);
  });
});

describe('a message is closed when nothing is owed or awaited:', () => {
  const closes = [{ type: 'Closed' }] as const;

  test('each recipient failed', () => {
    given(arrives({ to: [b1, b2], refused: [b1, b2] }))
      .when(answered('1'))
      .then([{ type: 'AckSent' }, ...closes]);
  });

  test('or was delivered with the reports in that were asked for', () => {
    given(
      arrives({ ...quiet, flags: wantsBoth }),
      claim(),
      sent(),
      res(),
      reported(b1, 'Retrieved', quiet),
      relayed(1),
      relayRes(1),
      read(b1, quiet),
      relayed(2),
    )
      .when(relayRes(2))
      .then(
        [{ type: 'ReportAckReceived' }, ...closes],
        [{ type: 'Reopened' }, { type: 'ReportAckReceived' }, ...closes],
      );
  });

  test('or, with none asked, its leg was acknowledged, sent without ack, or timed out', () => {
    given(arrives(quiet), claim(), sent())
      .when(res())
      .then([{ type: 'AckReceived' }, ...closes], [{ type: 'Reopened' }, { type: 'AckReceived' }, ...closes]);
    given(arrives(quiet), claim())
      .when(sent({ ackUntil: null }))
      .then([{ type: 'ForwardSent' }, ...closes]);
    given(arrives(quiet), claim(), sent())
      .when(time(t0 + 2 * hour))
      .then([{ type: 'AckTimedOut' }, ...closes]);
  });

  test('not while a claim is in hand', () => {
    given(arrives(quiet), claim(), unknown(), claim(1, { at: t0 + 2 * minute }))
      .when(res())
      .then([{ type: 'AckReceived', mark: 'early' }], [{ type: 'AckReceived', mark: 'second' }]);
  });

  test('and what happens after that opens it', () => {
    given(arrives(quiet), claim(), unknown(), claim(1, { at: t0 + 2 * minute }), sent({ attempt: 2 }), res())
      .when(sent())
      .then([
        { type: 'Reopened', because: 'ForwardSent' },
        { type: 'ForwardSent', attempt: 1 },
        { type: 'Closed' },
      ]);
  });
});

test('nothing is due of a stream nobody wrote to, nor of a closed one', () => {
  assert.deepEqual(owes(after()), []);
  given().when(time(t0)).then([]);
  const closed = after(arrives({ ...quiet, flags: plain }), claim(), sent(), res());
  assert.deepEqual(owes(closed), []);
});

test('owed() has one row for each thing waited for: the earliest instant, the earliest end', () => {
  const rows = owed([
    { do: 'forward', leg: 1, on: 'forwards x', at: 5, until: 50 },
    { do: 'forward', leg: 2, on: 'forwards x', at: 3, until: 60 },
    { do: 'give-up', on: 'clock', at: 9, until: null },
    { do: 'time-out', leg: 1, on: 'clock', at: 7, until: null },
  ]);
  assert.deepEqual(rows, [
    { on: 'forwards x', at: 3, until: 50 },
    { on: 'clock', at: 7, until: null },
  ]);
});
