import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { nextClass, nobodyPassedOver } from '../../domain/limits/priority.ts';

/** Serves this many times while `waits(class, turn)` holds; the classes served. */
function served(turns: number, waits: (at: number, turn: number) => boolean): readonly (number | null)[] {
  let passedOver = nobodyPassedOver;
  return Array.from({ length: turns }, (_, turn) => {
    const next = nextClass(
      [0, 1, 2].map((at) => waits(at, turn)),
      passedOver,
    );
    if (next === null) return null;
    passedOver = next.passedOver;
    return next.served;
  });
}

test('High goes before Normal, and Normal before Low, but for one in eight', () => {
  const all = served(800, () => true);
  const count = (at: number): number => all.filter((one) => one === at).length;
  assert.equal(all[0], 0);
  assert.ok(count(0) > 2 * (count(1) + count(2)), 'most are High');
  assert.equal(count(2), 100);
  assert.deepEqual(
    served(6, (at) => at > 0),
    [1, 1, 1, 1, 1, 1],
  );
});

test('of every eight in a row one goes to each class that waits all the while', () => {
  const turn = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(turn, { minLength: 8, maxLength: 100 }), (turns) => {
      const waits = (at: number, when: number): boolean => turns[when]?.[at] === true;
      const order = served(turns.length, waits);
      for (let from = 0; from + 8 <= turns.length; from += 1) {
        for (const at of [0, 1, 2]) {
          const window = [0, 1, 2, 3, 4, 5, 6, 7].map((step) => from + step);
          if (!window.every((when) => waits(at, when))) continue;
          assert.ok(
            window.some((when) => order[when] === at),
            `class ${at} from ${from}`,
          );
        }
      }
    }),
    { numRuns: 1_000 },
  );
});

test('only who waits is served, and somebody is while anybody waits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(9)),
      (waiting, passedOver) => {
        const next = nextClass(waiting, passedOver);
        assert.equal(next === null, !waiting.includes(true));
        if (next !== null) assert.equal(waiting[next.served], true);
      },
    ),
  );
});
