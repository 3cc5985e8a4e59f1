import assert from 'node:assert/strict';
import { test } from 'node:test';

import { arrives, b1, claim, res, sent, wantsDelivery } from './builders.ts';
import { after } from './spec.ts';

test('a RES that names one mailbox in other letters speaks of that one alone', () => {
  const jane = 'Jane@isp.example';
  const state = after(
    arrives({ flags: wantsDelivery, askRes: false, to: [b1, jane] }),
    claim(),
    sent({ recipients: [b1, jane] }),
    res('Error-sending-address-unresolved', { recipients: ['jane@isp.example'] }),
  );
  assert.equal(state.recipients.get(jane)?.delivery.kind, 'failed');
  assert.equal(state.recipients.get(b1)?.delivery.kind, 'pending');
});
