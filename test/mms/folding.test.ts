import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { MmsEvent, Rerouted, Routed } from '../../domain/mms/events.ts';
import { due } from '../../domain/mms/due.ts';
import { evolve } from '../../domain/mms/evolve.ts';
import { arrives, b1, claim, minute, t0 } from './builders.ts';
import { after } from './spec.ts';

/** A leg out of its turn can only come from a store that was tampered with, or from a program that is wrong. */
test('a leg under a number that is not its turn is none, and folding goes on', () => {
  const state = after(arrives(), claim());
  const to = { kind: 'route', partner: 'op-c', route: 'to-op-c', leg: 7 } as const;
  const routed: Routed = {
    type: 'Routed',
    recipient: b1,
    to,
    by: 'mask',
    mask: '*',
    routedAt: t0,
    deadline: t0 + minute,
  };
  const rerouted: Rerouted = {
    type: 'Rerouted',
    leg: 1,
    recipients: [b1],
    newLeg: 7,
    partner: 'op-c',
    route: 'to-op-c',
    at: t0,
    deadline: t0 + minute,
    mayBeSecond: false,
    by: 'ann',
    why: 'tampered',
  };
  for (const event of [routed, rerouted] satisfies readonly MmsEvent[]) {
    const folded = evolve(state, event);
    assert.deepEqual(
      folded.legs.map(({ leg }) => leg),
      [1],
    );
    assert.doesNotThrow(() => due(folded));
  }
});
