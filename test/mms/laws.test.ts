import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { decodeEvent, encodeEvent } from '../../domain/mms/codec.ts';
import { due, onClock, owed } from '../../domain/mms/due.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import { evolve } from '../../domain/mms/evolve.ts';
import { intakeOf, nothing, unacknowledged, type MmsState } from '../../domain/mms/state.ts';
import type { Position } from '../../domain/ports.ts';
import {
  answered,
  arrives,
  b1,
  claim,
  dropped,
  expiresAt,
  hour,
  minute,
  read,
  refused,
  reply,
  reported,
  res,
  sent,
  t0,
  time,
  wantsBoth,
  wantsDelivery,
} from './builders.ts';
import { goldenEvents } from './golden-events.ts';
import { everybody, lives } from './happenings.ts';
import { decisionOf, letTimePass, live, step, tickAfter, unborn, type World } from './histories.ts';
import { after, fold, type Decision } from './spec.ts';

const numRuns = Number(process.env['LAWS_RUNS'] ?? 300);

/** A law about what is true whatever anybody did. */
function always(name: string, law: (world: World) => void): void {
  test(name, () => {
    fc.assert(
      fc.property(lives, (commands) => law(live(commands))),
      { numRuns },
    );
  });
}

const deliveries = (state: MmsState): unknown =>
  [...state.recipients.values()].map(({ address, delivery, read: isRead }) => [address, delivery, isRead]);

function ofType<Type extends MmsEvent['type']>(
  history: readonly MmsEvent[],
  type: Type,
): readonly Extract<MmsEvent, { type: Type }>[] {
  return history.filter((event): event is Extract<MmsEvent, { type: Type }> => event.type === type);
}

/** An event of any kind about any leg, attempt, recipient, answer or report, whether there is such a one or not. */
const anyEvent: fc.Arbitrary<MmsEvent> = fc
  .tuple(
    fc.constantFrom(...Object.values(goldenEvents)),
    fc.record({
      leg: fc.integer({ min: 0, max: 4 }),
      newLeg: fc.integer({ min: 0, max: 4 }),
      attempt: fc.integer({ min: 0, max: 3 }),
      report: fc.integer({ min: 0, max: 3 }),
      recipient: fc.constantFrom(...everybody),
      recipients: fc.subarray(everybody),
    }),
  )
  .map(([event, over]) => {
    const told = Object.entries(over).filter(([key]) => key in event && event.type !== 'Received');
    return { ...event, ...Object.fromEntries(told) };
  });

describe('folding', () => {
  test('is total: any events in any order make a state, and time a decision', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), (history) => {
        const state = fold(nothing, history);
        assert.ok(owed(due(state)).every(({ at }) => !Number.isNaN(at)));
        time(t0 + hour)(state);
      }),
      { numRuns },
    );
  });

  always(
    'in two parts, the first kept, is folding at once: an event changes no state but its own',
    ({ history, state }) => {
      for (let split = 0; split <= history.length; split += 1 + Math.floor(history.length / 3)) {
        const half = fold(nothing, history.slice(0, split));
        const kept = structuredClone(half);
        assert.deepEqual(fold(half, history.slice(split)), state);
        assert.deepEqual(half, kept);
      }
    },
  );

  always('stored events is folding the events', ({ history }) => {
    for (const event of history) {
      const place = { stream: 'mms-1', revision: 0, position: '1' as Position, id: 'e', metadata: '{"v":1}' };
      assert.deepEqual(decodeEvent({ ...place, type: event.type, data: encodeEvent(event) }), E.right(event));
    }
  });
});

/** Second PDUs that a stream records, each marked as what it is. */
function isMarked(event: MmsEvent): boolean {
  switch (event.type) {
    case 'Reopened':
    case 'Closed':
    case 'DuplicateReceived':
    case 'VariantOpened':
      return true;
    case 'AckReceived':
      return event.mark === 'second' || event.mark === 'contradicting';
    case 'ReportAckReceived':
      return event.mark !== undefined;
    default:
      return false;
  }
}

describe('deciding', () => {
  test('never throws, and twice is once', () => {
    fc.assert(
      fc.property(lives, (commands) => {
        let world = unborn;
        for (const command of commands) {
          const decision = decisionOf(world, command);
          world = step(world, command);
          const again = decision(world.state);
          assert.deepEqual(
            again.filter((event) => !isMarked(event)),
            [],
          );
          assert.deepEqual(deliveries(fold(world.state, again)), deliveries(world.state));
        }
      }),
      { numRuns },
    );
  });

  test('takes facts about different legs and recipients in any order', () => {
    const fact = (address: string, leg: number): fc.Arbitrary<Decision> =>
      fc.oneof(
        fc
          .constantFrom('Ok', 'Error-service-denied', 'Error-network-problem')
          .map((code) => res(code, { leg })),
        fc.constantFrom('Retrieved', 'Rejected', 'Deferred').map((status) => reported(address, status)),
        fc.constant(read(address)),
      );
    const facts = fc.tuple(...everybody.map((address, index) => fact(address, index + 1)));
    const orders = facts.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    const inFlight = [
      arrives({ to: everybody, flags: wantsBoth, maxRecipients: 1 }),
      ...everybody.flatMap((address, index) => [
        claim(index + 1),
        sent({ leg: index + 1, recipients: [address] }),
      ]),
    ];
    fc.assert(
      fc.property(orders, ([one, other]) => {
        assert.deepEqual(deliveries(after(...inFlight, ...one)), deliveries(after(...inFlight, ...other)));
      }),
      { numRuns },
    );
  });

  always('never sends to whom the partner has answered for, nor under two claims at once', ({ history }) => {
    let state = nothing;
    for (const event of history) {
      if (event.type === 'ForwardStarted') {
        const leg = state.legs[event.leg - 1];
        assert.ok(leg?.stage.kind === 'waiting');
        for (const address of event.recipients) {
          assert.ok(!leg.res.has(address));
          assert.equal(state.recipients.get(address)?.delivery.kind, 'pending');
        }
      }
      state = evolve(state, event);
      const open = state.legs.flatMap((leg) => unacknowledged(state, leg));
      assert.equal(new Set(open).size, open.length, 'a recipient is tried on two legs');
    }
  });

  test('tries nothing before its time, nor when that is over', () => {
    fc.assert(
      fc.property(lives, (commands) => {
        let world = unborn;
        for (const command of commands) {
          const { legs } = world.state;
          const next = step(world, command);
          for (const { leg: number } of ofType(next.history.slice(world.history.length), 'ForwardStarted')) {
            const leg = legs[number - 1];
            assert.ok(leg?.stage.kind === 'waiting' && leg.stage.nextAttemptAt <= next.now);
            // Only an operator's hand gives a message time beyond its expiry.
            const isResent = ofType(next.history, 'Resent').some((resent) => resent.leg === number);
            assert.ok(next.now < leg.deadline && (isResent || leg.deadline <= expiresAt));
          }
          world = next;
        }
      }),
      { numRuns },
    );
  });

  always('closes only what owes and awaits nothing', ({ state }) => {
    if (state.closed)
      assert.deepEqual(
        due({ ...state, closed: false }).filter((item) => item.do !== 'give-up'),
        [],
      );
  });
});

describe('what is owed', () => {
  always('leaves out nothing that is due', ({ state }) => {
    const dues = due(state);
    const rows = owed(dues);
    for (const { on, at, until } of dues) {
      const row = rows.find((candidate) => candidate.on === on);
      assert.ok(row !== undefined && row.at <= at);
      if (until !== null) assert.ok(row.until !== null && row.until <= until);
    }
    assert.equal(new Set(rows.map(({ on }) => on)).size, rows.length);
  });

  always('is settled by one tick as far as time can', (world) => {
    const { state } = live([tickAfter(3 * hour)], world);
    const now = world.now + 3 * hour;
    for (const item of due(state)) {
      assert.ok(item.until === null || item.until > now, `${item.do} is over and still due`);
      if (item.on === onClock) assert.ok(item.at > now, `${item.do} is due and nothing comes of it`);
    }
  });

  always('ends: every message is closed, and owes nothing', (world) => {
    const { state } = letTimePass(world);
    assert.deepEqual(due(state), []);
    assert.equal(state.closed, state.intakes.length > 0);
  });

  test('gets no events while it waits, up to its deadline', () => {
    const tries: readonly Decision[] = [dropped(), refused(reply(451))];
    const deadline = t0 + 20 * hour;
    const waiting = after(arrives({ deadline, flags: wantsDelivery }), answered('1'));
    fc.assert(
      fc.property(
        fc.option(fc.constantFrom(...tries)),
        fc.integer({ min: t0 + minute, max: deadline - 1 }),
        (tried, now) => {
          const state = tried === null ? waiting : fold(claimed(waiting), tried(claimed(waiting)));
          assert.deepEqual(time(now)(state), []);
        },
      ),
      { numRuns },
    );
  });

  const claimed = (state: MmsState): MmsState => fold(state, claim()(state));
});

describe('what costs money', () => {
  always('a sending is recorded once for each attempt', ({ history }) => {
    const attempts = ofType(history, 'ForwardSent').map(({ leg, attempt }) => `${leg} ${attempt}`);
    assert.equal(new Set(attempts).size, attempts.length);
  });

  test('survives any order of outcome, RES, report, time-out and new attempt', () => {
    const facts: readonly Decision[] = [sent(), res(), reported(b1, 'Retrieved')];
    const others: readonly Decision[] = [
      time(t0 + 20 * minute),
      time(t0 + 2 * hour),
      time(t0 + 200 * hour),
      claim(1, { at: t0 + 30 * minute }),
      dropped({ attempt: 2 }),
      refused(reply(554), { attempt: 2 }),
      res('Error-service-denied'),
      reported(b1, 'Expired'),
      reported(b1, 'Deferred'),
    ];
    const story = fc
      .subarray([...others])
      .chain((more) => fc.shuffledSubarray([...facts, ...more], { minLength: facts.length + more.length }));
    const start = [
      arrives({ flags: wantsDelivery }),
      claim(1, { onUnknownOutcome: 'resend', onAckTimeout: 'resend' }),
    ];
    fc.assert(
      fc.property(story, (decisions) => {
        const events = decisions.reduce<readonly MmsEvent[]>(
          (history, decision) => [...history, ...decision(fold(nothing, history))],
          start.reduce<readonly MmsEvent[]>(
            (history, decision) => [...history, ...decision(fold(nothing, history))],
            [],
          ),
        );
        assert.ok(ofType(events, 'ForwardSent').some(({ attempt }) => attempt === 1));
        assert.ok(ofType(events, 'AckReceived').some(({ status }) => status.code === 'Ok'));
        assert.ok(ofType(events, 'Delivered').some(({ stands }) => stands));
      }),
      { numRuns },
    );
  });
});

describe('the originator', () => {
  always(
    'hears of every recipient that failed and was not dropped, if it asked and its RES was Ok',
    (world) => {
      const { state, history } = letTimePass(world);
      const silenced = ofType(history, 'Dropped').flatMap(({ recipients }) => recipients);
      for (const recipient of state.recipients.values()) {
        if (recipient.delivery.kind !== 'failed' || silenced.includes(recipient.address)) continue;
        const { flags, status } = intakeOf(state, recipient);
        const asked = flags.deliveryReport || flags.originatorRsDeliveryReport;
        const told = state.reports.filter(
          ({ recipient: of, plan }) => of === recipient.address && plan.kind === 'delivery',
        );
        if (asked && status.code === 'Ok') assert.equal(told.at(-1)?.plan.status, recipient.delivery.status);
        if (!asked) assert.deepEqual(told, []);
      }
    },
  );

  always('gets one RES for each REQ that asked for one', ({ history, state }) => {
    const plans = history.flatMap((event) =>
      'answer' in event && typeof event.answer === 'object' ? [event.answer] : [],
    );
    const asked = plans.filter((plan) => plan !== null).map(({ answer }) => answer);
    assert.deepEqual(
      state.answers.map(({ plan }) => plan.answer),
      asked,
    );
    assert.equal(new Set(asked).size, asked.length);
    const settled = [...ofType(history, 'AckSent'), ...ofType(history, 'AckAbandoned')].map(
      ({ answer }) => answer,
    );
    assert.equal(new Set(settled).size, settled.length);
  });
});
