import { test } from 'node:test';

import { runApart } from '../support/apart.ts';

const waiting = 100_000;

test(`${waiting} messages wait for a partner that is down, then for a limit of 10/s: no events for them, others go on, and they leave in order`, async () => {
  await runApart('test/engine/waiting.child.ts', [String(waiting)]);
});
