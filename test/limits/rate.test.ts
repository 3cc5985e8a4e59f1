import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import {
  afterPass,
  currentSchedule,
  interval,
  opensAt,
  rateText,
  type Schedule,
} from '../../domain/limits/rate.ts';

const minute = 60_000;
const start = 1_800_000_000_000;
const numRuns = 300;

const rates = fc.oneof(
  fc.integer({ min: 1, max: 500 }),
  fc.integer({ min: 1, max: 600 }).map((perMinute) => perMinute / 60),
);

/** Whoever asks at these instants (ascending) passes if it may; the instants at which they passed. */
function passing(rate: number, from: number, asking: Iterable<number>): readonly number[] {
  let schedule: Schedule | null = null;
  schedule = currentSchedule(schedule, rate, from);
  const passed: number[] = [];
  for (const now of asking) {
    schedule = currentSchedule(schedule, rate, now);
    if (opensAt(schedule) > now) continue;
    schedule = afterPass(schedule, now);
    passed.push(now);
  }
  return passed;
}

function* everyMillisecond(from: number, length: number): Generator<number> {
  for (let now = from; now < from + length; now += 1) yield now;
}

/** The most that passed in any half-open window. */
function most(passed: readonly number[], window: number): number {
  let first = 0;
  let found = 0;
  for (const [last, at] of passed.entries()) {
    while (at - (passed[first] ?? 0) >= window) first += 1;
    found = Math.max(found, last - first + 1);
  }
  return found;
}

/** 1 % more than the rate, and the message that a whole number may need. */
const allowed = (rate: number, window: number): number => Math.ceil((rate * window) / 1_000) * 1.01;
const burst = (rate: number): number => Math.max(1, 0.3 * rate);

/** Ascending instants, with gaps of all sizes. */
const askings = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5_000 })), { maxLength: 400 })
  .map((gaps) => {
    let now = start;
    return gaps.map((gap) => (now += gap));
  });

describe('a rate', () => {
  test('lets through what it says, within 1 %, in any minute of a rush', () => {
    fc.assert(
      fc.property(rates, (rate) => {
        const passed = passing(rate, start, everyMillisecond(start, 2 * minute));
        const count = passed.filter((at) => at >= start + minute).length;
        assert.ok(most(passed, minute) <= allowed(rate, minute), `${most(passed, minute)} in a minute`);
        assert.ok(count >= Math.floor(rate * 60) * 0.99 - 1, `${count} in the second minute`);
      }),
      { numRuns: 25 },
    );
  });

  test('has a burst of at most 0.3 s worth, whoever asks when', () => {
    fc.assert(
      fc.property(rates, askings, fc.integer({ min: 1, max: minute }), (rate, asking, window) => {
        const passed = passing(rate, start, asking);
        assert.ok(most(passed, window) <= (rate * window) / 1_000 + burst(rate) + 1e-6);
      }),
      { numRuns },
    );
  });

  test('is not more because of restarts', () => {
    fc.assert(
      fc.property(rates, askings, fc.integer({ min: 2, max: 6 }), (rate, asking, lives) => {
        const size = Math.ceil(asking.length / lives);
        const passed: number[] = [];
        let begun = start;
        for (let life = 0; life < lives; life += 1) {
          const own = asking.slice(life * size, (life + 1) * size);
          passed.push(...passing(rate, begun, own));
          begun = own.at(-1) ?? begun;
        }
        assert.ok(most(passed, minute) <= rate * 60 + burst(rate) + 1e-6);
      }),
      { numRuns },
    );
  });

  test('makes up for timers that fire late, as far as its burst goes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 300 }), fc.integer({ min: 1, max: 40 }), (rate, late) => {
        let schedule = currentSchedule(null, rate, start);
        let now = start;
        let count = 0;
        while (now < start + minute) {
          now = Math.max(now, Math.ceil(opensAt(schedule)) + late);
          while (opensAt(schedule) <= now) {
            schedule = afterPass(schedule, now);
            count += 1;
          }
        }
        assert.ok(count >= rate * 60 * 0.99 - 1, `${count} of ${rate * 60}`);
      }),
      { numRuns },
    );
  });

  test('does not stop for a clock that was set back, nor for a change of the rate', () => {
    fc.assert(
      fc.property(rates, rates, fc.integer({ min: 1, max: 100 * minute }), (before, rate, back) => {
        const old = afterPass(currentSchedule(null, before, start), start + minute);
        const schedule = currentSchedule(old, rate, start + minute - back);
        assert.ok(opensAt(schedule) <= start + minute - back + interval(rate) + 1 + 1e-3);
      }),
      { numRuns },
    );
  });
});

test('a rate is told as it is written', () => {
  assert.deepEqual([10, 2.5, 1 / 6, 1 / 24, 1 / 3_600].map(rateText), [
    '10/s',
    '150/m',
    '10/m',
    '150/h',
    '1/h',
  ]);
});
