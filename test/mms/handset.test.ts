import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { notified, read, reject, retrieve } from '../../domain/mms/decide/handset.ts';
import { decideSubmit } from '../../domain/mms/decide/submit.ts';
import {
  arrives,
  b1,
  c1,
  claim,
  expiresAt,
  minute,
  moment,
  plain,
  receive,
  reported,
  sent,
  t0,
  time,
  wantsBoth,
  wantsDelivery,
} from './builders.ts';
import { after, given, owes, type Decision } from './spec.ts';

const own = { to: [b1], own: [b1], flags: wantsBoth };
const told: Decision = (state) => notified(state, b1, 'mailbox');
const act = (recipient = b1, at = t0 + minute) => ({
  moment: moment(at),
  recipient,
  gateway: 'mailbox',
  address: '127.0.0.1',
});
const fetched: Decision = (state) => retrieve(state, act());
const wasRead: Decision = (state) => read(state, act(), 'Read');
const rejected: Decision = (state) => reject(state, act());

describe('a message for an own subscriber', () => {
  test('is routed Direct; the handset gateway has to be told, and then the recipient fetches it', () => {
    const state = given()
      .when(arrives(own))
      .then(
        [{ type: 'Received' }, { type: 'Routed', to: { kind: 'Direct' } }],
        [{ type: 'DuplicateReceived' }],
      );
    assert.deepEqual(owes(after(arrives(own))), [
      'notify handsets',
      'answer answers to-op-a',
      'give-up clock',
    ]);
    assert.equal(state.legs.length, 0);
    const waiting = given(arrives(own))
      .when(told)
      .then([{ type: 'Notified', recipient: b1, gateway: 'mailbox' }]);
    assert.deepEqual(owes(waiting), ['expire clock', 'answer answers to-op-a', 'give-up clock']);
  });

  test('fetching owes the delivery report, reading the read report', () => {
    given(arrives(own), told)
      .when(fetched)
      .then([{ type: 'Delivered', recipient: b1, relay: { kind: 'delivery', status: 'Retrieved' } }]);
    given(arrives(own), told, fetched)
      .when(wasRead)
      .then([{ type: 'ReadReported', status: 'Read', relay: { kind: 'read' } }]);
    given(arrives({ ...own, flags: plain }), told)
      .when(fetched)
      .then([{ type: 'Delivered', relay: null }]);
  });

  test('may be fetched before the gateway was told, and is then not told any more', () => {
    given(arrives(own), fetched).when(told).then([]);
  });

  test('is not read before it was fetched, nor by somebody else', () => {
    given(arrives(own), told).when(wasRead).then([]);
    given(arrives(own), told)
      .when((state) => retrieve(state, act(c1)))
      .then([]);
  });

  test('rejected, it fails by the user, and cannot be fetched', () => {
    given(arrives(own), told)
      .when(rejected)
      .then([{ type: 'DeliveryFailed', status: 'Rejected', by: 'user', relay: { status: 'Rejected' } }]);
    given(arrives(own), told, rejected).when(fetched).then([]);
    given(arrives(own), told, fetched).when(rejected).then([]);
  });

  test('not fetched before its expiry it expires, also where the gateway was never told', () => {
    const expired = [
      { type: 'DeliveryFailed', status: 'Expired', by: 'us', relay: { status: 'Expired' } },
    ] as const;
    given(arrives({ ...own, askRes: false }), told)
      .when(time(expiresAt))
      .then(expired);
    given(arrives({ ...own, askRes: false }))
      .when(time(expiresAt))
      .then(expired);
  });

  test('beside others that leave by a route', () => {
    const state = after(
      arrives({ to: [b1, c1], own: [b1], flags: wantsDelivery, askRes: false }),
      claim(1),
      sent({ recipients: [c1] }),
      fetched,
      reported(c1, 'Retrieved', { askRes: false }),
    );
    assert.equal(state.recipients.get(b1)?.delivery.kind, 'delivered');
    assert.equal(state.recipients.get(c1)?.delivery.kind, 'delivered');
  });
});

describe('what an own subscriber submits', () => {
  const submitted = (submission: string) => {
    const command = receive({ askRes: false, reportsTo: null });
    return { ...command, pdu: { ...command.pdu, submission } };
  };

  test('is taken once; the same again finds it, something else under its key does not', () => {
    const first = decideSubmit(after(), submitted('one'));
    assert.ok(first.kind === 'taken');
    const state = after(...first.events);
    assert.equal(decideSubmit(state, submitted('one')).kind, 'again');
    assert.equal(decideSubmit(state, submitted('two')).kind, 'conflict');
  });
});
