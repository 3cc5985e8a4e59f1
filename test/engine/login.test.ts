import assert from 'node:assert/strict';
import { test } from 'node:test';

import { load } from '../config/support.ts';
import { memoryEngine } from '../support/memory-engine.ts';

const twoEntries = `
node: { name: hub, domains: [mmsc.hub.example] }
partners:
  - name: op-a
    domains: [mmsc.op-a.example]
    transit: []
    limits: { connections: 1 }
    vasps:
      - { account: 192.0.2.1, mm4AckRouting: op-a-out }
      - { account: shop, password: '$\{SHOP}', mm4AckRouting: op-a-out }
    routes:
      - { account: op-a-out, recipients: ["+4477009001*"], server: 192.0.2.1, domain: mmsc.op-a.example, requestAck: false }
`;

test('a partner that is known by its address and logs in all the same takes one connection, and gives it back', async () => {
  const { engine } = await memoryEngine({
    configuration: load(twoEntries, { SHOP: 'secret' }).configuration,
  });
  const { reception } = engine;
  for (let time = 0; time < 5; time += 1) {
    const welcome = reception.welcome('192.0.2.1');
    assert.ok('visitor' in welcome, `connection ${time + 1}: ${JSON.stringify(welcome)}`);
    const visitor = reception.login(welcome.visitor, 'shop', 'secret');
    assert.ok(!('code' in visitor), JSON.stringify(visitor));
    reception.goodbye(visitor);
  }
  await engine.stop();
});
