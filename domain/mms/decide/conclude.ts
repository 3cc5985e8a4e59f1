import { isComplete } from '../due.ts';
import type { MmsEvent } from '../events.ts';
import { evolve } from '../evolve.ts';
import type { MmsState } from '../state.ts';

/** A part of a decision; it sees the state after the parts before it. */
export type Step = (state: MmsState) => readonly MmsEvent[];

/** Runs the steps one after the other, each on the state the earlier ones lead to. */
export function inOrder(state: MmsState, ...steps: readonly Step[]): readonly MmsEvent[] {
  const events: MmsEvent[] = [];
  let current = state;
  for (const step of steps) {
    const more = step(current);
    events.push(...more);
    current = more.reduce(evolve, current);
  }
  return events;
}

/**
 * Ends every decision: what happens to a closed message reopens it, and a message that owes and awaits nothing is closed.
 * No events stay no events.
 */
export function conclude(state: MmsState, events: readonly MmsEvent[]): readonly MmsEvent[] {
  const [first] = events;
  if (first === undefined) return [];
  const opened: readonly MmsEvent[] = state.closed
    ? [{ type: 'Reopened', because: first.type }, ...events]
    : events;
  const after = opened.reduce(evolve, state);
  return !after.closed && isComplete(after) ? [...opened, { type: 'Closed' }] : opened;
}
