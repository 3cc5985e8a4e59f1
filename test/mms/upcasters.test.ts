import * as E from 'fp-ts/lib/Either.js';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { verifyChain } from '../../domain/chain.ts';
import {
  currentVersion,
  decodeEvent,
  decodeWith,
  encodeEvent,
  eventTypes,
  upcasters,
} from '../../domain/mms/codec.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import { nothing } from '../../domain/mms/state.ts';
import { goldenEvents } from './golden-events.ts';
import { goldenFiles, readGolden } from './golden.ts';
import { lives } from './happenings.ts';
import { live } from './histories.ts';
import {
  anyValue,
  changesOf,
  undoing,
  upcasterFor,
  writtenAfter,
  type Upcaster,
} from './made-up-versions.ts';
import { dataOf, refused, sealed, stored, stream, whole } from './sealed.ts';
import { fold } from './spec.ts';

// Laws of reading old events, whatever the versions were.

const numRuns = Number(process.env['LAWS_RUNS'] ?? 300);

type Type = MmsEvent['type'];
const anyType = fc.constantFrom(...eventTypes);
const facts = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), anyValue, { noNullPrototype: true });
/** A type, what its versions changed, and an event that says something of all that may be said. */
const schema = fc.record({ type: anyType, changes: changesOf(['a', 'b', 'c', 'd']), facts });

describe('an event of a version', () => {
  const tableOf = (type: Type, steps: readonly Upcaster[]) => ({ ...upcasters, [type]: steps });

  test('reads as if it had been written at the newest', () => {
    fc.assert(
      fc.property(schema, ({ type, changes, facts: said }) => {
        const table = tableOf(type, changes.map(upcasterFor));
        const newest = { ...writtenAfter(changes, said), type };
        for (let v = 1; v <= changes.length + 1; v += 1) {
          const event = stored({ type, v, data: writtenAfter(changes.slice(0, v - 1), said) });
          assert.deepEqual(whole(decodeWith(table, event)), newest, `version ${v}`);
        }
      }),
      { numRuns },
    );
  });

  test('that nobody knows yet is refused, by however much it is newer', () => {
    fc.assert(
      fc.property(schema, fc.integer({ min: 1 }), ({ type, changes, facts: said }, newer) => {
        const v = changes.length + 1 + newer;
        const event = stored({ type, v, data: writtenAfter(changes, said) });
        refused(
          decodeWith(tableOf(type, changes.map(upcasterFor)), event),
          new RegExp(`${type} has version ${v}, this program knows ${changes.length + 1}; upgrade it`),
        );
        refused(decodeEvent({ ...event, metadata: `{"v":${currentVersion(type) + newer}}` }), /upgrade it/);
      }),
      { numRuns },
    );
  });

  test('that a step stumbles over is unreadable; one written after that step is not', () => {
    const stumbling: Upcaster = () => {
      throw new TypeError('the field has no such member');
    };
    fc.assert(
      fc.property(schema, fc.nat(6), ({ type, changes, facts: said }, at) => {
        const before = changes.slice(0, at);
        const after = changes.slice(at);
        const table = tableOf(type, [...before.map(upcasterFor), stumbling, ...after.map(upcasterFor)]);
        for (let v = 1; v <= changes.length + 2; v += 1) {
          const written = writtenAfter(changes.slice(0, v <= before.length + 1 ? v - 1 : v - 2), said);
          const read = decodeWith(table, stored({ type, v, data: written }));
          if (v > before.length + 1) assert.deepEqual(whole(read), { ...writtenAfter(changes, said), type });
          else refused(read, new RegExp(`^mms-1, revision 0: ${type} of version ${v} .* no such member`));
        }
      }),
      { numRuns },
    );
  });
});

describe('a history at mixed versions', () => {
  /** What the first half of its steps does the second undoes, so the newest form is the one that this program folds. */
  const thereAndBack = fc
    .tuple(
      ...eventTypes.map((type) =>
        changesOf(Object.keys(dataOf(goldenEvents[type]))).map(
          (changes) => [type, [...changes.map(upcasterFor), ...changes.toReversed().map(undoing)]] as const,
        ),
      ),
    )
    .map((entries) => Object.fromEntries(entries) as unknown as Readonly<Record<Type, readonly Upcaster[]>>);
  const picks = fc.infiniteStream(fc.nat());

  test('folds as the current one does, and reading leaves every event as it was sealed', () => {
    let old = 0;
    fc.assert(
      fc.property(lives, thereAndBack, picks, (commands, table, versions) => {
        const { history, state } = live(commands);
        const events = sealed(
          history.map((event) => {
            const steps = table[event.type];
            const v = 1 + (Number(versions.next().value) % (steps.length + 1));
            const data = steps.slice(0, v - 1).reduce((json, step) => step(json), dataOf(event));
            return { type: event.type, v, data };
          }),
        );
        const copy = structuredClone(events);
        const last = verifyChain(stream, events);
        const read = events.map((event) => whole(decodeWith(table, event)));
        assert.deepEqual(read, history);
        assert.deepEqual(fold(nothing, read), state);
        assert.deepEqual(events, copy);
        assert.deepEqual(verifyChain(stream, events), last);
        assert.ok(E.isRight(last));
        // To store what was read would break the chain, so the law does not hold for nothing.
        const rewritten = events.map((event, index) => ({ ...event, data: encodeEvent(read[index]!) }));
        if (rewritten.every(({ data }, index) => data === events[index]?.data)) return;
        old += 1;
        assert.ok(E.isLeft(verifyChain(stream, rewritten)));
      }),
      { numRuns },
    );
    assert.ok(old > numRuns / 2, `only ${old} of the histories had an old form in them`);
  });
});

describe('the upcasters in force', () => {
  const golden = goldenFiles().map((name) => readGolden(name));
  const sameType = fc.tuple(
    ...eventTypes.map((type) => fc.constantFrom(...golden.filter((file) => file.type === type))),
  );

  test('make one history of golden events, whichever versions stand in it and in whatever order', () => {
    const orders = sameType.chain((files) => fc.shuffledSubarray(files, { minLength: files.length }));
    fc.assert(
      fc.property(orders, (files) => {
        const current = files.map(({ type }) => goldenEvents[type as Type]);
        const events = sealed(files.map(({ type, data, metadata }) => ({ type, v: metadata.v, data })));
        const last = verifyChain(stream, events);
        const read = events.map((event) => whole(decodeEvent(event)));
        assert.deepEqual(read, current);
        assert.deepEqual(fold(nothing, read), fold(nothing, current));
        assert.ok(E.isRight(last));
        assert.deepEqual(verifyChain(stream, events), last);
      }),
      { numRuns },
    );
  });

  test('give an orphan of version 1 an empty envelope, and leave that of version 2 alone', () => {
    const text = fc.string();
    const orphan = fc
      .record({
        pduKind: text,
        why: text,
        concerns: fc.option(text),
        envelope: fc.record({ mailFrom: text, rcptTo: fc.array(text) }, { noNullPrototype: true }),
      })
      .map((said) => ({ ...goldenEvents.OrphanReceived, ...said }));
    fc.assert(
      fc.property(orphan, (event) => {
        const { envelope, ...first } = dataOf(event);
        const old = whole(decodeEvent(stored({ type: event.type, v: 1, data: first })));
        assert.deepEqual(old, { ...event, envelope: { mailFrom: '', rcptTo: [] } });
        const data = { ...first, envelope };
        assert.deepEqual(whole(decodeEvent(stored({ type: event.type, v: 2, data }))), event);
      }),
      { numRuns },
    );
  });
});
