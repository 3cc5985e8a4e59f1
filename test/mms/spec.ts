import assert from 'node:assert/strict';

import { inOrder } from '../../domain/mms/decide/conclude.ts';
import { due, owed } from '../../domain/mms/due.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import { evolve } from '../../domain/mms/evolve.ts';
import { nothing, type MmsState } from '../../domain/mms/state.ts';

/** A command bound to its decider: what would happen in this state. */
export type Decision = (state: MmsState) => readonly MmsEvent[];

/** An event by its type and whatever else of it matters; objects in it likewise, lists whole. */
export type Expected = {
  [Type in MmsEvent['type']]: { readonly type: Type } & Part<Extract<MmsEvent, { type: Type }>>;
}[MmsEvent['type']];

type Part<A> = A extends readonly unknown[]
  ? A
  : A extends object
    ? { readonly [Key in keyof A]?: Part<A[Key]> | undefined }
    : A;

export interface Spec {
  /** Decides, and decides the same once more on the state that follows. */
  when(decision: Decision): {
    /** Exactly these events, and the second time none, or those in `again`. */
    then(expected: readonly Expected[], again?: readonly Expected[]): MmsState;
  };
}

/** A history, told by events or by the decisions that lead to them. */
export function given(...history: readonly (MmsEvent | Decision)[]): Spec {
  const state = after(...history);
  return {
    when: (decision) => ({
      then: (expected, again = []) => {
        const events = decision(state);
        assertEvents(events, expected);
        const next = fold(state, events);
        assertEvents(decision(next), again, 'the same command again: ');
        return next;
      },
    }),
  };
}

/** The state that a history leads to. */
export function after(...history: readonly (MmsEvent | Decision)[]): MmsState {
  const steps = history.map((item): Decision => (typeof item === 'function' ? item : () => [item]));
  return fold(nothing, inOrder(nothing, ...steps));
}

export function fold(state: MmsState, events: readonly MmsEvent[]): MmsState {
  return events.reduce(evolve, state);
}

/** What a state owes, in short: `forward to-op-b`, `time-out acks to-op-b`. */
export function owes(state: MmsState): readonly string[] {
  const dues = due(state);
  const waitedFor = new Set(owed(dues).map(({ on }) => on));
  for (const { on } of dues) assert.ok(waitedFor.has(on), `owed() leaves out ${on}`);
  return dues.map((item) => `${item.do} ${item.on}`);
}

export function assertEvents(events: readonly MmsEvent[], expected: readonly Expected[], note = ''): void {
  const types = (list: readonly { readonly type: string }[]): string =>
    list.map(({ type }) => type).join(' ');
  assert.equal(types(events), types(expected), `${note}other events`);
  expected.forEach((part, index) => {
    assert.deepEqual(pick(events[index], part), part, `${note}${part.type}, event ${index}`);
  });
}

/** The part of a value that is spoken of. */
function pick(value: unknown, part: unknown): unknown {
  if (!isRecord(part) || !isRecord(value)) return value;
  return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, pick(value[key], inner)]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
