import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  aliasStream,
  evidenceStream,
  ourTransactionId,
  parseOurTransactionId,
  streamOf,
  uidOf,
  type TransactionKind,
} from '../../domain/mms/ids.ts';

const kinds: readonly TransactionKind[] = ['forward', 'delivery', 'read'];
const nonce = fc.string({
  unit: fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyz234567')),
  minLength: 8,
  maxLength: 12,
});
const number = fc.integer({ min: 1, max: 36 ** 4 - 1 });
/** Any 128 bits, not only what RFC 9562 allows. */
const uid = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((bits) =>
  bits
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
);

describe('a transaction id of ours', () => {
  test('has at most 40 characters of [a-z0-9.] and leads home', () => {
    fc.assert(
      fc.property(uid, fc.constantFrom(...kinds), number, nonce, (home, kind, leg, chance) => {
        const id = ourTransactionId(home, kind, leg, chance);
        assert.match(id, /^[a-z0-9.]{37,40}$/);
        assert.deepEqual(parseOurTransactionId(id), { uid: home, kind, number: leg });
      }),
    );
  });

  test('differs by every one of its pieces', () => {
    const one = ourTransactionId(uidOf('m'), 'forward', 1, 'abcdefgh');
    const others = [
      ourTransactionId(uidOf('n'), 'forward', 1, 'abcdefgh'),
      ourTransactionId(uidOf('m'), 'delivery', 1, 'abcdefgh'),
      ourTransactionId(uidOf('m'), 'forward', 2, 'abcdefgh'),
      ourTransactionId(uidOf('m'), 'forward', 1, 'abcdefg2'),
    ];
    assert.equal(new Set([one, ...others]).size, 5);
  });

  test('is read only as it was written', () => {
    const id = ourTransactionId(uidOf('m'), 'forward', 1, 'abcdefgh');
    const hostile = [
      '',
      id.toUpperCase(),
      `${id} `,
      ` ${id}`,
      `${id}\n`,
      `"${id}"`,
      `${id}@mmsc`,
      id.slice(1),
      id.replace('f1.', 'x1.'),
      id.replace('f1.', 'f.'),
      id.replace('f1.', 'f-1.'),
      id.replace('f1.', 'f00001.'),
      // The last letter carries 3 bits; here it has 5.
      id.replace(/^(.{25})./, '$17'),
      '../../etc/passwd',
      '\u0000'.repeat(40),
      'f'.repeat(1_000_000),
    ];
    for (const text of hostile) assert.equal(parseOurTransactionId(text), null, text.slice(0, 60));
  });

  test('is never something that throws', () => {
    const almost = fc.tuple(
      fc.string({ maxLength: 30 }),
      fc.constantFrom('f', 'd', 'r', '.', ''),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          almost.map((pieces) => pieces.join('')),
        ),
        (text) => {
          const parsed = parseOurTransactionId(text);
          if (parsed !== null) assert.match(parsed.uid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        },
      ),
    );
  });
});

describe('uids', () => {
  test('are fixed for ever', () => {
    assert.equal(uidOf('20261123.1@mmsc.op-a.example'), '705a16c0-829b-5961-820b-82f5bc784268');
    assert.equal(uidOf('20261123.1@mmsc.op-a.example', 1), '9208a6dd-338e-5b10-beab-0b34ce736652');
    assert.equal(aliasStream('op-b', '4711'), 'alias-610e2982-98eb-54fb-ba52-61165380e1cc');
    assert.equal(
      evidenceStream('orphan', 'op-b', 'e'.repeat(64)),
      'orphan-8d675d93-baac-55fb-ac57-3ece8029b325',
    );
  });

  test('are UUIDs of version 5, whatever a partner calls its message', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (id) => {
        assert.match(
          streamOf(uidOf(id)),
          /^mms-[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });

  test('of variants cannot be reached by a Message-ID made for it', () => {
    const variant = uidOf('m', 1);
    for (const id of ['m', 'm1', 'm\u00001', 'm\u0000', 'm 1']) assert.notEqual(uidOf(id), variant);
  });

  test('of streams of another kind are others', () => {
    const streams = [
      streamOf(uidOf('m')),
      aliasStream('op-b', 'm'),
      aliasStream('op-c', 'm'),
      evidenceStream('orphan', 'op-b', 'm'),
      evidenceStream('refused', 'op-b', 'm'),
    ];
    assert.equal(new Set(streams).size, 5);
  });
});
