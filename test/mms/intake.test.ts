import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { decideReceive } from '../../domain/mms/decide/receive.ts';
import { openVariant } from '../../domain/mms/decide/variant.ts';
import { firstIntake } from '../../domain/mms/state.ts';
import { variantKey } from '../../domain/mms/variant.ts';
import {
  arrives,
  b1,
  b2,
  b3,
  c1,
  claim,
  hour,
  messageId,
  minute,
  plain,
  receive,
  sent,
  t0,
  wantsDelivery,
} from './builders.ts';
import { after, assertEvents, given, owes } from './spec.ts';

const kindOf = (state: ReturnType<typeof after>, arriving: Parameters<typeof receive>[0]): string =>
  decideReceive(state, receive(arriving)).kind;

const repeated = { type: 'DuplicateReceived', of: 'forward', answer: { answer: '2', status: 'Ok' } } as const;

describe('a forward.REQ', () => {
  test('is recorded with its recipients, their ways and the RES it asked for', () => {
    const state = given()
      .when(arrives())
      .then(
        [
          {
            type: 'Received',
            intake: 0,
            status: { code: 'Ok' },
            answer: { answer: '1', status: 'Ok', transactionId: '"t-1"', date: t0, until: t0 + 4 * hour },
          },
          { type: 'Routed', recipient: b1, to: { kind: 'route', partner: 'op-b', route: 'to-op-b', leg: 1 } },
        ],
        [repeated],
      );
    assert.deepEqual(owes(state), ['forward forwards to-op-b', 'answer answers to-op-a', 'give-up clock']);
  });

  test('that asks for no RES gets none', () => {
    given()
      .when(arrives({ askRes: false }))
      .then(
        [{ type: 'Received', answer: null }, { type: 'Routed' }],
        [{ type: 'DuplicateReceived', answer: null }],
      );
  });

  test('splits into one leg for each route, in the order of its recipients', () => {
    const state = after(arrives({ to: [b1, c1, b2] }));
    assert.deepEqual(
      state.legs.map(({ partner, recipients }) => [partner, recipients]),
      [
        ['op-b', [b1, b2]],
        ['op-c', [c1]],
      ],
    );
  });

  test('splits into more legs than routes where a route takes fewer in one PDU', () => {
    const state = after(arrives({ to: [b1, b2, c1, b3], maxRecipients: 2 }));
    assert.deepEqual(
      state.legs.map(({ recipients }) => recipients),
      [[b1, b2], [c1], [b3]],
    );
    assert.equal(state.recipients.get(b3)?.leg, 3);
  });
});

describe('recipients that are refused at routing', () => {
  const failed = { type: 'DeliveryFailed', recipient: b2, status: 'Rejected', by: 'us' } as const;

  test('beside accepted ones: RES Ok, so a delivery report is owed', () => {
    given()
      .when(arrives({ to: [b1, b2], refused: [b2], flags: wantsDelivery }))
      .then(
        [
          { type: 'Received', status: { code: 'Ok' }, answer: { status: 'Ok' } },
          { type: 'Routed', recipient: b1 },
          { type: 'Routed', recipient: b2, to: { kind: 'BlockMessage' }, by: 'none' },
          { ...failed, relay: { kind: 'delivery', status: 'Rejected', toOriginatorUA: true } },
        ],
        [repeated],
      );
  });

  test('all of them: an error RES says it, and no report says it twice', () => {
    const status = {
      code: 'Error-sending-address-unresolved',
      text: 'no route leads to this recipient',
    } as const;
    const state = given()
      .when(arrives({ to: [b1, b2], refused: [b1, b2], flags: wantsDelivery }))
      .then(
        [
          { type: 'Received', status, answer: { status: status.code, text: status.text } },
          { type: 'Routed', recipient: b1 },
          { type: 'DeliveryFailed', recipient: b1, relay: null },
          { type: 'Routed', recipient: b2 },
          { ...failed, relay: null },
        ],
        [{ type: 'DuplicateReceived', answer: { status: status.code, text: status.text } }],
      );
    assert.deepEqual(owes(state), ['answer answers to-op-a']);
  });

  test('all of them, and no RES was asked for: only a report can say it', () => {
    given()
      .when(arrives({ refused: [b1], askRes: false, flags: wantsDelivery }))
      .then(
        [
          { type: 'Received', answer: null },
          { type: 'Routed' },
          { type: 'DeliveryFailed', relay: { status: 'Rejected' } },
        ],
        [{ type: 'DuplicateReceived', answer: null }],
      );
  });

  test('in a further PDU with one that was accepted before: that PDU is answered Ok too', () => {
    given(arrives())
      .when(arrives({ to: [b1, b2], refused: [b1, b2], flags: wantsDelivery, transactionId: '"t-2"' }))
      .then(
        [
          { type: 'Received', intake: 1, answer: { status: 'Ok', transactionId: '"t-2"' } },
          { type: 'Routed', recipient: b2 },
          { ...failed, relay: { status: 'Rejected' } },
        ],
        [{ type: 'DuplicateReceived', answer: { answer: '3', status: 'Ok' } }],
      );
  });
});

describe('a further PDU of one MM', () => {
  test('with a new recipient is another intake, with a RES and a leg of its own', () => {
    const state = given(arrives(), claim(), sent())
      .when(arrives({ to: [b2], transactionId: '"t-2"', at: t0 + minute }))
      .then(
        [
          { type: 'Received', intake: 1, answer: { answer: '2', transactionId: '"t-2"' } },
          { type: 'Routed', recipient: b2, to: { kind: 'route', leg: 2 } },
        ],
        [{ ...repeated, answer: { answer: '3', transactionId: '"t-2"' } }],
      );
    assert.equal(state.legs.length, 2);
  });

  test('brings in only the recipients that are new', () => {
    const state = after(arrives({ to: [b1] }), arrives({ to: [b1, b2] }));
    assert.deepEqual([...state.recipients.keys()], [b1, b2]);
    assert.deepEqual(
      state.intakes.map(({ intake }) => intake),
      [0, 1],
    );
  });

  test('with the same decoded parts counts as the same content, though the body was built anew', () => {
    const { pdu } = receive();
    assert.equal(kindOf(after(arrives()), { body: 'c', parts: pdu.parts }), 'duplicate');
  });
});

describe('a duplicate', () => {
  test('is answered with the stored status and its own transaction id, up to 32 times', () => {
    const again = (nth: number) => arrives({ transactionId: `"again-${nth}"`, at: t0 + nth * minute });
    const duplicates = Array.from({ length: 31 }, (_, index) => again(index + 1));
    const state = given(arrives(), ...duplicates)
      .when(again(32))
      .then([{ ...repeated, answer: { answer: '33', transactionId: '"again-32"', status: 'Ok' } }]);
    assert.equal(kindOf(state, {}), 'duplicate');
    assertEvents(again(33)(state), []);
  });

  test('of a message that was refused gets the error again', () => {
    given(arrives({ refused: [b1] }))
      .when(arrives({ refused: [b1] }))
      .then(
        [{ type: 'DuplicateReceived', answer: { status: 'Error-sending-address-unresolved' } }],
        [{ type: 'DuplicateReceived' }],
      );
  });
});

describe('another message under the same id', () => {
  const state = after(arrives());

  test('differs by partner, content or forward counter', () => {
    assert.equal(kindOf(state, { from: 'op-d' }), 'another-message');
    assert.equal(kindOf(state, { body: 'c' }), 'another-message');
    assert.equal(kindOf(state, { flags: { ...plain, forwardCounter: 1 } }), 'another-message');
  });

  test('opens a variant in a stream of its own, at most 8 for each partner', () => {
    const key = (body: string, from = 'op-a') => variantKey(receive({ body, from }).pdu);
    const open = (body: string, from?: string) => openVariant(state, messageId, key(body, from));
    assertEvents(open('c') ?? [], [{ type: 'VariantOpened', variant: 1, key: { partner: 'op-a' } }]);
    const eight = ['0', '1', '2', '3', '4', '5', '6', '7'];
    const full = after(
      arrives(),
      ...eight.map((body) => (now: typeof state) => openVariant(now, messageId, key(body)) ?? []),
    );
    assert.equal(new Set(full.variants.map(({ uid }) => uid)).size, 8);
    assert.equal(openVariant(full, messageId, key('9')), null);
    assertEvents(openVariant(full, messageId, key('9', 'op-d')) ?? [], [
      { type: 'VariantOpened', variant: 9 },
    ]);
  });

  test('is what a full stream makes of new recipients', () => {
    const many = Array.from({ length: 1000 }, (_, index) => `+44770091${String(index).padStart(4, '0')}`);
    const full = after(arrives({ to: many }));
    assert.equal(kindOf(full, { to: [b1] }), 'another-message');
    assert.equal(kindOf(full, { to: many.slice(0, 3) }), 'duplicate');
    assert.equal(firstIntake(full).from.partner, 'op-a');
  });
});

test('a message that comes back from where it was sent is a loop', () => {
  const state = after(arrives({ to: [b1, c1] }));
  assert.equal(kindOf(state, { from: 'op-b', to: [b1] }), 'loop');
  assert.equal(kindOf(state, { from: 'op-b', to: [c1] }), 'another-message');
});
