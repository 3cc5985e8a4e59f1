import assert from 'node:assert/strict';
import { test } from 'node:test';

import { maskNumbers } from '../../adapters/log/mask.ts';

test('phone numbers are masked wherever they stand, and nothing else is', () => {
  const cases: readonly (readonly [text: string, masked: string])[] = [
    ['RCPT TO:<+447700900456/TYPE=PLMN@mmsc.example>', 'RCPT TO:<+447…456/TYPE=PLMN@mmsc.example>'],
    ['RCPT TO:+447700900456/TYPE=PLMN@mmsc.example', 'RCPT TO:+447…456/TYPE=PLMN@mmsc.example'],
    ['447700900456 and +4915112345678', '447…456 and +491…678'],
    ['{"until":1795435200000}', '{"until":1795435200000}'],
    ['2026-11-24T12:00:00.000Z 127.0.0.1:25260', '2026-11-24T12:00:00.000Z 127.0.0.1:25260'],
    ['mms-479b3d97-adbb-591c-8e47-3efc79e19a66', 'mms-479b3d97-adbb-591c-8e47-3efc79e19a66'],
  ];
  for (const [text, masked] of cases) assert.equal(maskNumbers(text), masked);
});
