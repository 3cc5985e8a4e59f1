import assert from 'node:assert/strict';
import { test } from 'node:test';

import { site } from '../e2e/support.ts';

test('the running engine serves its metrics to Prometheus', async () => {
  const nowhere = { host: '127.0.0.9', port: 9 };
  await using place = site({ b: nowhere });
  const engine = await place.start();
  const response = await fetch(`http://127.0.0.1:${engine.httpPort}/metrics`);
  const text = await response.text();
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  // The configuration and the start were recorded.
  assert.match(text, /^mm4_store_commit_seconds_count [1-9]/m);
  assert.match(text, /^mm4_store_append_seconds_count [1-9]/m);
  assert.match(text, /^mm4_disk_free_bytes [1-9]/m);
  assert.match(text, /^mm4_smtp_in_connections 0$/m);
  assert.match(text, /^mm4_route_up\{partner="op-b",route="op-b-out"\} 1$/m);
  assert.match(text, /^mm4_waiting_messages\{route="op-b-out",what="forwards"\} 0$/m);
  assert.equal(await engine.stop(), 0);
});
