import assert from 'node:assert/strict';
import { test } from 'node:test';

import { canonicalJson, digestOf, withoutSecrets } from '../../domain/configuration-digest.ts';
import { load, smallestWith } from './support.ts';

const text = smallestWith({
  http: '{ token: "${TOKEN}" }',
  routing: '{ callback: { url: "http://u:${PW}@mnp.example/x" } }',
  partners: `
  - name: op-a
    vasps: [{ account: login, password: "\${PW}", mm4AckRouting: op-a-out }]
    routes: [{ account: op-a-out, server: h, domain: h, login: us, password: "\${PW}" }]
`,
});

const configurationWith = (secret: string) => load(text, { TOKEN: secret, PW: secret }).configuration;

test('what is kept of a configuration holds no secret, but says where there was one', () => {
  const kept = withoutSecrets(configurationWith('hunter2'));
  assert.doesNotMatch(JSON.stringify(kept), /hunter2/);
  assert.equal(kept.http.token, '(hidden)');
  assert.equal(kept.partners[0]?.vasps[0]?.password, '(hidden)');
  assert.equal(kept.routing.callback.url, 'http://(hidden)@mnp.example/x');
  assert.equal(withoutSecrets({ ...kept, http: { ...kept.http, token: '' } }).http.token, '');
});

test('the digest depends on every setting but not on secrets, nor on how the file is laid out', () => {
  const one = configurationWith('one');
  assert.match(digestOf(one), /^[0-9a-f]{64}$/);
  assert.equal(digestOf(one), digestOf(configurationWith('two')));
  const { node, ...others } = one;
  assert.equal(digestOf(one), digestOf({ ...others, node }));
  assert.notEqual(digestOf(one), digestOf({ ...one, limits: { ...one.limits, recipients: 1 } }));
});

test('canonical JSON sorts keys at every depth and keeps lists in order', () => {
  assert.equal(canonicalJson({ b: [{ d: 1, c: null }, 2], a: 'x' }), '{"a":"x","b":[{"c":null,"d":1},2]}');
});
