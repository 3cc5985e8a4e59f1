import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { due } from '../../domain/mms/due.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import type { RequestStatus } from '../../domain/mm4/pdu.ts';
import type { MmsState } from '../../domain/mms/state.ts';
import {
  arrives,
  b1,
  b2,
  b3,
  claim,
  dropped,
  hour,
  read,
  refused,
  reply,
  reported,
  res,
  sent,
  t0,
  time,
  unknown,
  wantsBoth,
} from './builders.ts';
import { everybody } from './happenings.ts';
import { after, fold, type Decision } from './spec.ts';

const numRuns = Number(process.env['LAWS_RUNS'] ?? 300);

describe('facts about different legs', () => {
  /** What may happen to one leg, in its order. */
  const story = (leg: number, address: string): fc.Arbitrary<readonly Decision[]> => {
    const finishing = { leg, recipients: [address] };
    const outcome = fc.constantFrom(
      sent(finishing),
      refused(reply(554), finishing),
      refused(reply(451), finishing),
      unknown(finishing),
      dropped(finishing),
    );
    const code = fc.constantFrom<RequestStatus>('Ok', 'Error-service-denied', 'Error-network-problem');
    const status = fc.constantFrom('Retrieved' as const, 'Rejected' as const, 'Deferred' as const);
    const whole = fc.tuple(
      outcome,
      code.map((said) => res(said, { leg })),
      status.map((said) => reported(address, said)),
      fc.constant(read(address)),
      code.map((said) => res(said, { leg })),
    );
    return whole.chain((facts) => fc.shuffledSubarray(facts)).map((facts) => [claim(leg), ...facts]);
  };
  const stories = fc.tuple(...everybody.map((address, index) => story(index + 1, address)));
  /** The stories told at once: whose turn it is, again and again. */
  const turns = stories.chain((all) => {
    const each = all.flatMap((facts, index) => facts.map(() => index));
    const order = fc.shuffledSubarray(each, { minLength: each.length });
    return fc.tuple(fc.constant(all), order, order);
  });

  const tell = (all: readonly (readonly Decision[])[], order: readonly number[]): MmsState => {
    const told = all.map(() => 0);
    const decisions = order.map((index): Decision => {
      const at = told[index] ?? 0;
      told[index] = at + 1;
      return all[index]?.[at] ?? (() => []);
    });
    return after(arrives({ to: everybody, flags: wantsBoth, maxRecipients: 1 }), ...decisions);
  };

  /** The state without the numbers that answers and reports get as they come. */
  const seen = (state: MmsState) => ({
    closed: state.closed,
    recipients: [...state.recipients.values()].map(({ address, delivery, read: isRead, reportsSeen }) => [
      address,
      delivery,
      isRead,
      reportsSeen,
    ]),
    legs: state.legs,
    reports: everybody.map((address) =>
      state.reports
        .filter(({ recipient }) => recipient === address)
        .map(({ plan, stage, res: answer }) => [plan.kind, plan.status, plan.date, stage, answer]),
    ),
    answers: state.answers.length,
    due: due(state)
      .map((item) => `${item.do} ${item.on} ${item.at} ${String(item.until)}`)
      .sort(),
  });

  test('may come in any order', () => {
    fc.assert(
      fc.property(turns, ([all, one, other]) => {
        assert.deepEqual(seen(tell(all, one)), seen(tell(all, other)));
      }),
      { numRuns },
    );
  });
});

describe('what a partner can be charged for', () => {
  const to = [b1, b2, b3];
  interface Answer {
    readonly code: RequestStatus;
    readonly of: readonly string[];
  }
  const answer: fc.Arbitrary<Answer> = fc.record({
    code: fc.constantFrom<RequestStatus>('Ok', 'Error-service-denied', 'Error-content-not-accepted'),
    of: fc.oneof(fc.constant(to), fc.subarray(to, { minLength: 1 })),
  });
  const happening = fc.oneof(
    { weight: 5, arbitrary: answer },
    { weight: 1, arbitrary: fc.constant('sent' as const) },
    { weight: 1, arbitrary: fc.constant('time-out' as const) },
  );
  const policy = fc.record({
    onUnknownOutcome: fc.constantFrom('resend' as const, 'hold' as const),
    onAckTimeout: fc.constantFrom('resend' as const, 'leave' as const),
  });

  test('survives any order of being sent, RES, time-out and late RES: of each recipient the first RES stands, the others are marked', () => {
    fc.assert(
      fc.property(policy, fc.array(happening, { maxLength: 20 }), (terms, happenings) => {
        let state = after(arrives({ to, askRes: false }), claim(1, terms));
        const stands = new Map<string, RequestStatus>();
        const sendings: MmsEvent[] = [];
        for (const what of happenings) {
          const events = decisionOf(what)(state);
          state = fold(state, events);
          if (what === 'sent') sendings.push(...events.filter(({ type }) => type === 'ForwardSent'));
          if (typeof what !== 'string') recorded(events, what, stands);
        }
        assert.deepEqual(state.legs[0]?.res, stands);
        for (const { address, delivery } of state.recipients.values()) {
          const isRejected = stands.has(address) && stands.get(address) !== 'Ok';
          assert.equal(delivery.kind, isRejected ? 'failed' : 'pending', address);
        }
        assert.equal(sendings.length, happenings.includes('sent') ? 1 : 0);
        for (const event of sendings) {
          assert.ok(event.type === 'ForwardSent' && event.wireSize === 1800);
          assert.deepEqual(event.recipients, to);
        }
      }),
      { numRuns },
    );
  });

  function decisionOf(what: Answer | 'sent' | 'time-out'): Decision {
    if (what === 'sent') return sent({ recipients: to });
    return what === 'time-out' ? time(t0 + 2 * hour) : res(what.code, { recipients: what.of });
  }

  /** The RES is in the stream with what it said, and with whether that still counted; `stands` is what counts. */
  function recorded(
    events: readonly MmsEvent[],
    { code, of }: Answer,
    stands: Map<string, RequestStatus>,
  ): void {
    const open = of.filter((address) => !stands.has(address));
    const [event] = events.filter((candidate) => candidate.type === 'AckReceived');
    assert.ok(event !== undefined, 'a RES was lost');
    assert.equal(event.status.code, code);
    assert.deepEqual(event.recipients, open.length === 0 ? of : open);
    const repeats = of.every((address) => stands.get(address) === code);
    const expected = open.length > 0 ? [undefined, 'early', 'late'] : [repeats ? 'second' : 'contradicting'];
    assert.ok(expected.includes(event.mark), `${String(event.mark)} instead of ${expected.join()}`);
    for (const address of open) stands.set(address, code);
  }
});
