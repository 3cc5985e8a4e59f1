import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { readExpiry, relayedExpiry } from '../../domain/mm4/expiry.ts';

// Whatever the form, the message is over at one instant for whoever handles it, and whenever they get it.

const numRuns = Number(process.env['LAWS_RUNS'] ?? 300) * 10;

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;

const forms = ['absolute', 'relative'] as const;

const httpDate = (at: number): string => new Date(at).toUTCString();
const mailDate = (at: number): string => httpDate(at).replace('GMT', '+0000');

/** A PDU comes in, and is relayed then or days later. Its Date is right, or behind, or missing. */
const relayed = fc
  .record({
    arrivedAt: fc.integer({ min: Date.UTC(2020), max: Date.UTC(2040) }),
    age: fc.option(fc.oneof(fc.integer({ min: -3_600, max: 3_600 }), fc.integer({ min: 0, max: 864_000 }))),
    waits: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: 2 * hour }),
      fc.integer({ min: 0, max: 9 * day }),
    ),
    seconds: fc.oneof(fc.integer({ min: 0, max: 900_000 }), fc.integer({ min: -9, max: 900_000_000 })),
    write: fc.constantFrom<(at: number, seconds: number) => string>(
      mailDate,
      httpDate,
      (at) => `"${mailDate(at)}"`,
      (at) => new Date(at).toISOString(),
      (at) => String(Math.floor(at / second)),
      (_, seconds) => String(seconds),
      (_, seconds) => (seconds < 0 ? String(seconds) : `+${seconds}`),
      (_, seconds) => `"${seconds}"`,
      (_, seconds) => `'${seconds}'`,
    ),
  })
  .map(({ arrivedAt, age, waits, seconds, write }) => {
    const date = age === null ? null : Math.floor(arrivedAt / second - age) * second;
    const raw = write(arrivedAt + seconds * second, seconds);
    const { expiry } = readExpiry(raw, date, arrivedAt);
    assert.ok(expiry !== null);
    return { raw, date, expiry, now: arrivedAt + waits };
  });

for (const form of forms) {
  test(`a partner that reads the ${form} form takes a relayed expiry for the same instant`, () => {
    fc.assert(
      fc.property(relayed, ({ raw, date, expiry, now }) => {
        const said = relayedExpiry(raw, date, { expiresAt: expiry.at, form, now }) ?? raw;
        const understood = readExpiry(said, date, now).expiry;
        assert.ok(understood !== null);
        if (form === 'relative') assert.equal(understood.form, 'relative');
        if (understood.form === 'relative' && understood.seconds === 0) {
          // No duration says that it was over before.
          assert.ok(
            expiry.at <= understood.at && understood.at <= Math.max(now, date ?? now, expiry.at + second),
          );
        } else {
          assert.ok(Math.abs(understood.at - expiry.at) < second, `${said} says ${mailDate(understood.at)}`);
        }
      }),
      { numRuns },
    );
  });
}

test('an expiry that the partner can read, and would read as we did, stays as it came', () => {
  fc.assert(
    fc.property(relayed, fc.constantFrom(...forms), (pdu, form) => {
      const { raw, date, expiry, now } = pdu;
      const isLate = date === null || Math.abs(now - date) > hour;
      const stays = expiry.form === 'absolute' ? form === 'absolute' : !isLate;
      assert.equal(relayedExpiry(raw, date, { expiresAt: expiry.at, form, now }) === null, stays);
    }),
    { numRuns },
  );
});

test('a duration never has so many digits that it would be an instant', () => {
  const expiresAt = Date.UTC(2099);
  const now = Date.UTC(2026);
  assert.equal(relayedExpiry(mailDate(expiresAt), now, { expiresAt, form: 'relative', now }), '999999999');
});
