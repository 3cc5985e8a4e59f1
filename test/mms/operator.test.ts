import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  drop,
  expire,
  hold,
  release,
  reroute,
  resend,
  type OperatorDecision,
} from '../../domain/mms/decide/operator.ts';
import { due } from '../../domain/mms/due.ts';
import type { MmsState } from '../../domain/mms/state.ts';
import {
  arrives,
  b1,
  b2,
  c1,
  claim,
  expiresAt,
  hour,
  minute,
  moment,
  refused,
  reply,
  res,
  sent,
  t0,
  time,
  unknown,
  wantsDelivery,
} from './builders.ts';
import { after, given, owes, type Decision } from './spec.ts';

const ann = { by: 'ann', why: 'asked by op-b' };
const at = t0 + 3 * minute;

/** The events of a command; none where it changes nothing. */
const by =
  (decide: (state: MmsState) => OperatorDecision): Decision =>
  (state) => {
    const decision = decide(state);
    return 'events' in decision ? decision.events : [];
  };
const held = by((state) => hold(state, ann));
const released = by((state) => release(state, ann, at));
const other = { partner: 'op-c', route: 'to-op-c', maxRecipients: 1, deadline: t0 + hour };
const rerouted = (evenIfSent = false): Decision =>
  by((state) => reroute(state, { ...other, evenIfSent }, ann, moment(at)));
const resent = (evenIfSent = false, when = at): Decision =>
  by((state) => resend(state, { deadline: () => when + hour, evenIfSent }, ann, moment(when)));
const expired = by((state) => expire(state, ann, moment(at)));
const dropped = by((state) => drop(state, ann, moment(at)));
const why = (decision: OperatorDecision): string => ('unchanged' in decision ? decision.unchanged : '');
const asked = { flags: wantsDelivery, askRes: false };

describe('hold and release', () => {
  test('nothing is forwarded while it is held, and it expires all the same', () => {
    const state = given(arrives(asked))
      .when(held)
      .then([{ type: 'Held', ...ann }]);
    assert.deepEqual(owes(state), ['forward held to-op-b', 'give-up clock']);
    given(arrives(asked), held).when(claim()).then([]);
    given(arrives(asked), held)
      .when(time(expiresAt))
      .then([{ type: 'DeliveryFailed', status: 'Expired', by: 'us' }]);
  });

  test('what others are owed goes on', () => {
    assert.ok(owes(after(arrives(), held)).includes('answer answers to-op-a'));
  });

  test('released it goes on', () => {
    const state = given(arrives(asked), held)
      .when(released)
      .then([{ type: 'Released', legs: [] }]);
    assert.ok(owes(state).includes('forward forwards to-op-b'));
    given(arrives(asked)).when(released).then([]);
  });

  test('an unknown outcome that waits for an operator is sent again with the same ids', () => {
    const waiting = [arrives(asked), claim(1, { onUnknownOutcome: 'hold' }), unknown()] as const;
    assert.ok(owes(after(...waiting)).includes('give-up held to-op-b'));
    const ids = after(...waiting).legs[0]?.ids;
    given(...waiting)
      .when(released)
      .then([{ type: 'Released', legs: [1] }]);
    given(...waiting, released)
      .when(claim(1, { at }))
      .then([{ type: 'ForwardStarted', ...ids }]);
  });

  test('a flood rule holds from the beginning', () => {
    given()
      .when(arrives({ ...asked, hold: 'more than 3 in a minute' }))
      .then(
        [{ type: 'Received' }, { type: 'Routed' }, { type: 'Held', by: 'flood rule' }],
        [{ type: 'DuplicateReceived' }],
      );
  });
});

describe('reroute', () => {
  test('opens legs of the other route, no bigger than it takes', () => {
    const state = given(arrives({ ...asked, to: [b1, b2] }))
      .when(rerouted())
      .then([
        { type: 'Rerouted', leg: 1, newLeg: 2, recipients: [b1], route: 'to-op-c', mayBeSecond: false },
        { type: 'Rerouted', leg: 1, newLeg: 3, recipients: [b2] },
      ]);
    assert.deepEqual(owes(state), ['forward forwards to-op-c', 'forward forwards to-op-c', 'give-up clock']);
  });

  test('never sends a second time what may have got through, unless that is said', () => {
    for (const history of [
      [arrives(asked), claim(), sent()],
      [arrives(asked), claim(), unknown()],
    ]) {
      given(...history)
        .when(rerouted())
        .then([]);
      assert.match(
        why(reroute(after(...history), { ...other, evenIfSent: false }, ann, moment(at))),
        /got through/,
      );
      given(...history)
        .when(rerouted(true))
        .then([{ type: 'Rerouted', mayBeSecond: true }]);
    }
    given(arrives(asked), claim()).when(rerouted(true)).then([]);
  });

  test('a late refusal by the first partner does not fail what goes by the other', () => {
    const state = given(arrives(asked), claim(), sent(), rerouted(true))
      .when(res('Error-content-not-accepted'))
      .then([{ type: 'AckReceived', leg: 1, mark: 'late' }], [{ type: 'AckReceived', mark: 'second' }]);
    assert.ok(owes(state).includes('forward forwards to-op-c'));
  });

  test('never goes back to where it came from', () => {
    const back = { ...other, partner: 'op-a', route: 'to-op-a', evenIfSent: false };
    assert.match(why(reroute(after(arrives(asked)), back, ann, moment(at))), /came from there/);
  });

  test('leaves alone what is acknowledged', () => {
    given(arrives(asked), claim(), sent(), res()).when(rerouted(true)).then([]);
  });
});

describe('resend', () => {
  test('what was refused goes again as a new transaction', () => {
    const history = [arrives(asked), claim(), refused(reply(554, '5.6.0'))];
    const ids = after(...history).legs[0]?.transactionIds;
    const state = given(...history)
      .when(resent())
      .then([{ type: 'Resent', newTransaction: true, mayBeSecond: false }]);
    assert.equal(state.recipients.get(b1)?.delivery.kind, 'pending');
    const [claimed] = claim(1, { at })(state);
    assert.ok(claimed?.type === 'ForwardStarted');
    assert.ok(ids !== undefined && !ids.includes(claimed.transactionId));
  });

  test('what goes again after the last word on it was due is sent, not given up at once', () => {
    const late = expiresAt + 25 * hour;
    const refusedBefore = [arrives(asked), claim(), refused(reply(550, '5.7.1'))];
    const state = after(...refusedBefore, resent(false, late), time(late + minute));
    assert.ok(owes(state).includes('forward forwards to-op-b'), owes(state).join(', '));
    assert.equal(state.recipients.get(b1)?.delivery.kind, 'pending');
  });

  test('what was sent and not answered goes again under the same ids, if that is said', () => {
    const history = [arrives(asked), claim(), sent(), time(t0 + 3 * hour)];
    given(...history)
      .when(resent())
      .then([]);
    given(...history)
      .when(resent(true))
      .then([{ type: 'Resent', newTransaction: false, mayBeSecond: true }]);
  });

  test('what waits anyway does not', () => {
    given(arrives(asked)).when(resent(true)).then([]);
  });

  test('what was never sent and failed for want of time, or by an operator, goes after all', () => {
    for (const ending of [time(t0 + 30 * 24 * hour), dropped, expired]) {
      const reopened = after(arrives(asked), ending).closed ? [{ type: 'Reopened' } as const] : [];
      const state = given(arrives(asked), ending)
        .when(resent())
        .then([...reopened, { type: 'Resent', recipients: [b1], newTransaction: false, mayBeSecond: false }]);
      assert.equal(state.recipients.get(b1)?.delivery.kind, 'pending');
      assert.ok(due(state).some((item) => item.do === 'forward'));
    }
  });
});

describe('expire and drop', () => {
  test('expired, the originator hears it; dropped, it does not', () => {
    given(arrives(asked))
      .when(expired)
      .then([{ type: 'DeliveryFailed', status: 'Expired', relay: { status: 'Expired' } }]);
    given(arrives(asked))
      .when(dropped)
      .then([
        { type: 'Dropped', ...ann, recipients: [b1] },
        { type: 'DeliveryFailed', status: 'Rejected', relay: null },
        { type: 'Closed' },
      ]);
  });

  test('not while it is being sent', () => {
    given(arrives(asked), claim()).when(dropped).then([]);
    assert.match(why(drop(after(arrives(asked), claim()), ann, moment(at))), /being sent/);
  });

  test('only those on the named routes', () => {
    given(arrives({ ...asked, to: [b1, c1] }))
      .when(by((state) => drop(state, ann, moment(at), ['to-op-c'])))
      .then([
        { type: 'Dropped', recipients: [c1] },
        { type: 'DeliveryFailed', recipient: c1 },
      ]);
  });

  test('what ends is not held any more', () => {
    given(arrives(asked), held)
      .when(dropped)
      .then([{ type: 'Released' }, { type: 'Dropped' }, { type: 'DeliveryFailed' }, { type: 'Closed' }]);
  });
});

describe('a parked message', () => {
  const parked = { type: 'Parked', failures: 3, why: 'a mistake', at } as const;

  test('is left alone by everybody until it is released', () => {
    const state = after(arrives(), parked);
    assert.deepEqual(owes(state), ['release parked']);
    given(arrives(), parked).when(claim()).then([]);
    given(arrives(), parked)
      .when(time(expiresAt + 99 * hour))
      .then([]);
    assert.ok(owes(after(arrives(), parked, released)).includes('forward forwards to-op-b'));
  });
});
