import type { MmsEvent } from '../events.ts';
import type { MmsState } from '../state.ts';
import { decideReceive, type Receive } from './receive.ts';

export type SubmitDecision =
  | { readonly kind: 'taken'; readonly events: readonly MmsEvent[] }
  /** The same was submitted before under this key. */
  | { readonly kind: 'again' }
  /** Something else was submitted under this key. */
  | { readonly kind: 'conflict' };

/** An own subscriber's message: its stream is named by the client's key, so a repeat finds what the first one left. */
export function decideSubmit(state: MmsState, command: Receive): SubmitDecision {
  const [first] = state.intakes;
  if (first !== undefined) {
    return { kind: first.submission === command.pdu.submission ? 'again' : 'conflict' };
  }
  const decision = decideReceive(state, command);
  if (decision.kind !== 'intake') throw new Error('an unwritten stream takes any message');
  return { kind: 'taken', events: decision.events };
}
