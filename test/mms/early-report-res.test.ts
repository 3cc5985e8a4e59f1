import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  arrives,
  b1,
  claim,
  minute,
  relayed,
  relayRes,
  reported,
  res,
  sent,
  t0,
  wantsDelivery,
} from './builders.ts';
import { after, owes } from './spec.ts';

test('a report that the originator has answered is not sent again because the reply to its mail was lost', () => {
  const state = after(
    arrives({ flags: wantsDelivery, askRes: false }),
    claim(),
    sent(),
    res(),
    reported(b1, 'Retrieved', { askRes: false }),
    relayRes(1, 'Ok', t0 + 5 * minute),
    relayed(1, t0 + 6 * minute, {
      kind: 'deferred',
      why: { by: 'partner', text: 'line lost after the final dot' },
      nextAttemptAt: t0 + 7 * minute,
    }),
  );
  assert.deepEqual(owes(state), []);
});
