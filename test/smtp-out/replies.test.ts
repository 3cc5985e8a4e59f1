import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { SmtpStep } from '../../domain/ports.ts';
import { classify, type ReplyAction } from '../../domain/replies.ts';
import { retryAt } from '../../domain/retry.ts';

const table: readonly (readonly [SmtpStep, string, ReplyAction, string])[] = [
  ['mail', '421 4.3.2', 'retry', 'Error-network-problem'],
  ['rcpt', '450', 'retry', 'Error-network-problem'],
  ['final-dot', '451 4.3.0', 'retry', 'Error-network-problem'],
  ['mail', '452 4.3.1', 'retry', 'Error-network-problem'],
  ['final-dot', '452', 'retry', 'Error-network-problem'],
  ['rcpt', '452', 'requeue-now', 'Error-network-problem'],
  ['rcpt', '452 4.5.3', 'requeue-now', 'Error-network-problem'],
  ['rcpt', '452 4.2.2', 'retry', 'Error-network-problem'],
  ['auth', '454 4.7.0', 'retry', 'Error-network-problem'],
  ['auth', '535 5.7.8', 'stop-route', 'Error-service-denied'],
  ['mail', '530 5.7.0', 'stop-route', 'Error-service-denied'],
  ['auth', '534', 'stop-route', 'Error-service-denied'],
  ['auth', '538', 'stop-route', 'Error-service-denied'],
  ['greeting', '554 5.7.1', 'retry', 'Error-network-problem'],
  ['starttls', '502', 'retry', 'Error-network-problem'],
  ['rcpt', '550 5.1.1', 'permanent', 'Error-sending-address-unresolved'],
  ['rcpt', '551 5.1.6', 'permanent', 'Error-sending-address-unresolved'],
  ['rcpt', '553 5.1.3', 'permanent', 'Error-sending-address-unresolved'],
  ['rcpt', '550 5.10.1', 'permanent', 'Error-unspecified'],
  ['final-dot', '550 5.1.1', 'permanent', 'Error-unspecified'],
  ['rcpt', '550 5.7.1', 'permanent', 'Error-service-denied'],
  ['final-dot', '554 5.7.1', 'permanent', 'Error-service-denied'],
  ['mail', '552 5.3.4', 'permanent', 'Error-content-not-accepted'],
  ['final-dot', '552', 'permanent', 'Error-content-not-accepted'],
  ['final-dot', '554 5.2.3', 'permanent', 'Error-content-not-accepted'],
  ['final-dot', '554 5.3.4', 'permanent', 'Error-content-not-accepted'],
  ['final-dot', '554 5.6.0', 'permanent', 'Error-message-format-corrupt'],
  ['mail', '501 5.5.4', 'permanent', 'Error-unspecified'],
  ['data', '503', 'permanent', 'Error-unspecified'],
  ['mail', '555', 'permanent', 'Error-unspecified'],
  ['rcpt', '550', 'permanent', 'Error-unspecified'],
  ['final-dot', '554', 'permanent', 'Error-unspecified'],
];

describe('what a negative reply means (protocol reference, section 5.6)', () => {
  for (const [step, said, action, status] of table) {
    it(`${said} at ${step}: ${action}, ${status}`, () => {
      const [code = '', enhanced] = said.split(' ');
      const reply = {
        code: Number(code),
        text: 'Error 452 4.5.3 550 5.1.1',
        ...(enhanced !== undefined && { enhanced }),
      };
      assert.deepEqual(classify(step, reply), { action, status });
    });
  }

  it('law: every reply has a meaning, and nothing temporary is permanent', () => {
    const steps = fc.constantFrom<SmtpStep>(
      'connect',
      'greeting',
      'auth',
      'mail',
      'rcpt',
      'data',
      'body',
      'final-dot',
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 200, max: 599 }), (step, code) => {
        const { action } = classify(step, { code, text: '' });
        if (code < 500) assert.notEqual(action, 'permanent');
      }),
    );
  });
});

describe('the next attempt', () => {
  const schedule = { waits: [60_000, 120_000, 300_000] };

  it('follows the schedule, and its last wait repeats', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 99].map((attempt) => retryAt(schedule, attempt, 1_000, 0.5) - 1_000),
      [60_000, 120_000, 300_000, 300_000, 300_000],
    );
  });

  it('is at most 20 % earlier or later', () => {
    assert.equal(retryAt(schedule, 1, 0, 0), 48_000);
    assert.equal(retryAt(schedule, 1, 0, 1), 72_000);
  });

  it('a schedule without waits, or an attempt that never was, is a mistake', () => {
    assert.throws(() => retryAt({ waits: [] }, 1, 0, 0), RangeError);
    assert.throws(() => retryAt(schedule, 0, 0, 0), RangeError);
  });
});
