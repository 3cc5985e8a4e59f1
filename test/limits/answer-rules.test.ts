import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import type { AnswerRule } from '../../domain/configuration.ts';
import { answerCounts, repliesIn, slowRate, type PeerAnswer } from '../../domain/limits/answer-rules.ts';
import type { SendOutcome } from '../../domain/ports.ts';

const rule = (reply: readonly string[], more: Partial<AnswerRule> = {}): AnswerRule => ({
  reply,
  count: 3,
  within: 60_000,
  do: 'pause',
  for: 900_000,
  ...more,
});

/** After how many such answers, one a second, the rule has had enough; null: never. */
function enoughAfter(names: readonly string[], answer: PeerAnswer): number | null {
  const counts = answerCounts([rule(names)]);
  for (let count = 1; count <= 10; count += 1) {
    if (counts.hear('r', [answer], count * 1_000).length > 0) return count;
  }
  return null;
}

const busy = { code: 421, enhanced: '4.7.0', text: 'too fast' } as const;

describe('a rule about answers', () => {
  test('knows codes, enhanced codes and RES statuses by masks', () => {
    assert.equal(enoughAfter(['421'], busy), 3);
    assert.equal(enoughAfter(['4.7.*'], busy), 3);
    assert.equal(enoughAfter(['550', '4??'], busy), 3);
    assert.equal(enoughAfter(['450', '4.2.*'], busy), null);
    assert.equal(enoughAfter(['Error-*'], { status: 'Error-network-problem' }), 3);
    assert.equal(enoughAfter(['error-network-problem'], { status: 'Error-network-problem' }), 3);
    assert.equal(enoughAfter(['Error-*'], { status: 'Ok' }), null);
    assert.equal(enoughAfter(['Error-*'], busy), null);
  });

  test('counts what the peer said, never what we said in its place, nor what nobody said', () => {
    const answer = fc.record({
      code: fc.constantFrom(421, 451, 550),
      text: fc.string(),
      ours: fc.constant(true),
    });
    const nothingSaid: fc.Arbitrary<SendOutcome> = fc.oneof(
      fc.record({ kind: fc.constant('unknown' as const), why: fc.string() }),
      fc.record({
        kind: fc.constant('not-sent' as const),
        at: fc.constant('data' as const),
        why: fc.string(),
      }),
      answer.map((reply) => ({ kind: 'refused' as const, at: 'mail' as const, reply, refused: [] })),
    );
    fc.assert(
      fc.property(fc.array(nothingSaid, { maxLength: 50 }), (outcomes) => {
        const counts = answerCounts([rule(['4*', '5*'], { count: 1 })]);
        for (const outcome of outcomes) assert.deepEqual(counts.hear('r', repliesIn(outcome), 0), []);
      }),
    );
  });

  test('has had enough at every nth within the window, of each route by itself', () => {
    const heard = fc.array(fc.tuple(fc.constantFrom('r', 's'), fc.boolean()), { maxLength: 100 });
    fc.assert(
      fc.property(heard, fc.integer({ min: 1, max: 5 }), (answers, count) => {
        const counts = answerCounts([rule(['421'], { count })]);
        const matching = { r: 0, s: 0 };
        for (const [route, matches] of answers) {
          if (matches) matching[route] += 1;
          const broken = counts.hear(route, [matches ? busy : { code: 250, text: '' }], 0);
          assert.equal(broken.length, matches && matching[route] % count === 0 ? 1 : 0);
        }
      }),
    );
  });

  test('forgets what is older than its window', () => {
    const counts = answerCounts([rule(['421'], { count: 2 })]);
    for (let minute = 0; minute < 20; minute += 2) {
      assert.deepEqual(counts.hear('r', [busy], minute * 60_000), []);
    }
  });

  test('counts one mail once, however many of its recipients were answered so', () => {
    const refused = [
      { address: 'a', reply: busy },
      { address: 'b', reply: busy },
    ];
    const answers = repliesIn({ kind: 'refused', at: 'rcpt', reply: busy, refused });
    assert.equal(answers.length, 3);
    const counts = answerCounts([rule(['421'])]);
    const broken = [1, 2, 3].map((now) => counts.hear('r', answers, now).length);
    assert.deepEqual(broken, [0, 0, 1]);
  });

  test('says why', () => {
    const counts = answerCounts([rule(['421', '4.7.*'], { count: 1 })]);
    assert.equal(counts.hear('op-b-out', [busy], 0)[0]?.why, '1 answers 421|4.7.* within 60 s on op-b-out');
  });
});

test('a slow route goes at a quarter of its rate, or at one a second', () => {
  assert.equal(slowRate(40), 10);
  assert.equal(slowRate(null), 1);
});
