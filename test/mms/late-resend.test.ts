import assert from 'node:assert/strict';
import { test } from 'node:test';

import { resend } from '../../domain/mms/decide/operator.ts';
import type { MmsState } from '../../domain/mms/state.ts';
import {
  arrives,
  b1,
  claim,
  expiresAt,
  hour,
  minute,
  moment,
  refused,
  reply,
  time,
  wantsDelivery,
} from './builders.ts';
import { after, owes, type Decision } from './spec.ts';

const ann = { by: 'ann', why: 'op-b mended it' };
const asked = { flags: wantsDelivery, askRes: false };

test('what an operator sends again after the last word on it was due is sent, not given up at once', () => {
  const at = expiresAt + 25 * hour;
  const again: Decision = (state: MmsState) => {
    const decision = resend(state, { deadline: () => at + hour, evenIfSent: false }, ann, moment(at));
    return 'events' in decision ? decision.events : [];
  };
  const state = after(arrives(asked), claim(), refused(reply(550, '5.7.1')), again, time(at + minute));
  assert.ok(owes(state).includes('forward forwards to-op-b'), owes(state).join(', '));
  assert.equal(state.recipients.get(b1)?.delivery.kind, 'pending');
});
