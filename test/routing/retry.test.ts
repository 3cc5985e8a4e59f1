import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { retryAt } from '../../domain/retry.ts';

const waits = fc
  .array(fc.integer({ min: 1_000, max: 86_400_000 }), { minLength: 1, maxLength: 8 })
  .map((some) => some.toSorted((one, other) => one - other));
const jitter = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a retry schedule waits longer and longer, spread by a fifth, and its last wait repeats', () => {
  fc.assert(
    fc.property(waits, jitter, fc.nat(4_000_000_000_000), (schedule, share, now) => {
      const after = (attempt: number, spread = share): number =>
        retryAt({ waits: schedule }, attempt, now, spread) - now;
      for (let attempt = 1; attempt <= schedule.length + 2; attempt += 1) {
        const wait = schedule[Math.min(attempt, schedule.length) - 1] ?? 0;
        assert.ok(after(attempt) <= after(attempt + 1));
        assert.ok(Math.abs(after(attempt) - wait) <= wait / 5 + 1, `${after(attempt)} for ${wait}`);
        assert.ok(after(attempt, 0) <= after(attempt) && after(attempt) <= after(attempt, 1));
      }
      assert.equal(after(schedule.length), after(schedule.length + 100));
    }),
  );
});
