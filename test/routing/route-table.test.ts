import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { AddressKind } from '../../domain/mm4/pdu.ts';
import { explainDecision } from '../../domain/routing/explain.ts';
import {
  buildRouteTable,
  routeRecipient,
  type RouteDecision,
  type RouteTable,
} from '../../domain/routing/route-table.ts';
import { load } from '../config/support.ts';

/** A node between operators a and b, a hub, and a content provider whose messages all go one way. */
const text = (defaultRoute: string) => `
node: { name: n, domains: [mmsc.own.example] }
subscribers: { masks: ["+4477009004*"], shortCodes: ["60300"] }
routing: { defaultRoute: "${defaultRoute}" }
partners:
  - name: a
    transit: [b-out, hub-out]
    vasps: [{ account: 192.0.2.1, mm4AckRouting: a-out }]
    routes:
      - { account: a-out, recipients: ["+4477009001*"], server: a, domain: a.example }
  - name: b
    vasps: [{ account: 192.0.2.2, mm4AckRouting: b-out }]
    routes:
      - { account: b-out, recipients: ["+4477009002*", "+44770090023?"], server: b, domain: b.example }
      - { account: b-premium, recipients: ["+44770090029*"], server: b, domain: b.example }
      - { account: b-sender, senderAddress: +447700900499/TYPE=PLMN, server: b, domain: b.example }
      - { account: b-one, recipients: ["+33*"], server: b, domain: b.example }
      - { account: b-two, recipients: ["+33*"], server: b, domain: b.example }
      - { account: b-high, recipients: ["+34*"], priority: 1, server: b, domain: b.example }
      - { account: b-low, recipients: ["+34*"], server: b, domain: b.example }
  - name: hub
    vasps: [{ account: 192.0.2.3, mm4AckRouting: hub-out }]
    routes:
      - { account: hub-out, recipients: ["+44*", "*@hub.example"], server: h, domain: h.example }
  - name: cp
    transit: [b-premium]
    vasps:
      - { account: cp-fixed, password: "\${PW}", routing: b-premium }
      - { account: cp-direct, password: "\${PW}", routing: Direct }
`;

const tableWith = (defaultRoute: string) =>
  buildRouteTable(load(text(defaultRoute), { PW: 'x' }).configuration);
const table = tableWith('');

interface Extra {
  readonly sender?: string;
  readonly uid?: string;
  readonly kind?: AddressKind;
  readonly on?: RouteTable;
}

function ask(
  recipient: string,
  cameFrom: { partner: string; account: string } | null,
  { sender = '+447700900401', uid = 'u', kind = 'plmn', on = table }: Extra = {},
): RouteDecision {
  return routeRecipient(on, { recipient: { value: recipient, kind }, sender, uid, cameFrom });
}

const fromA = { partner: 'a', account: '192.0.2.1' };
const fromB = { partner: 'b', account: '192.0.2.2' };
const fromHub = { partner: 'hub', account: '192.0.2.3' };
const fixed = { partner: 'cp', account: 'cp-fixed' };

function short(decision: RouteDecision): string {
  if (decision.to === 'none') return decision.reason;
  const way = decision.to === 'route' ? decision.account : decision.to;
  return [way, decision.by, ...(decision.mask === undefined ? [] : [decision.mask])].join(' ');
}

test('who goes where', () => {
  const cases: [recipient: string, from: typeof fromA | null, decision: string][] = [
    // Own subscribers, for everyone, whatever else is set.
    ['+447700900401', fromA, 'Direct mask +4477009004*'],
    ['+447700900401', null, 'Direct mask +4477009004*'],
    ['+447700900401', fixed, 'Direct mask +4477009004*'],
    ['60300', fromB, 'Direct mask 60300'],
    // The longest mask.
    ['+447700900201', fromA, 'b-out mask +4477009002*'],
    ['+447700900231', fromA, 'b-out mask +44770090023?'],
    ['+441', fromA, 'hub-out mask +44*'],
    ['anna@HUB.example', null, 'hub-out mask *@hub.example'],
    // Fixed routing of a VASP entry.
    ['+447700900101', fixed, 'b-premium fixed'],
    ['+999', { partner: 'cp', account: 'cp-direct' }, 'Direct fixed'],
    // No way.
    ['+999', null, 'no-route'],
    ['+999', fromA, 'no-route'],
  ];
  for (const [recipient, from, decision] of cases) {
    assert.equal(short(ask(recipient, from)), decision, `${recipient} from ${from?.partner ?? 'us'}`);
  }
});

test('a sender that is a Default Sender Address goes by that route, before any mask', () => {
  assert.equal(short(ask('+447700900101', null, { sender: '+447700900499' })), 'b-sender sender');
});

test('a partner reaches only what its transit lists, and no lesser mask instead', () => {
  const decision = ask('+447700900291', fromA);
  assert.equal(short(decision), 'not-permitted');
  assert.deepEqual(explainDecision(decision), [
    'mask +44770090029* -> b-premium: the partner has no transit right to it',
    'refused: no other way is tried, because nobody chose it; grant it under `transit` if it is wanted',
  ]);
  assert.equal(short(ask('+447700900291', null)), 'b-premium mask +44770090029*');
});

test('a message never leaves to where it came from: the next best is taken', () => {
  const decision = ask('+447700900101', fromA);
  assert.equal(short(decision), 'hub-out mask +44*');
  assert.deepEqual(explainDecision(decision), [
    'mask +4477009001* -> a-out: passed over, the message came from there',
    'mask +44* -> hub-out: taken',
  ]);
  assert.equal(short(ask('+441', fromHub)), 'back-to-origin');
});

test('equal masks share by message and recipient, always alike; priority comes first', () => {
  const taken = (uid: string) => short(ask('+33123456', null, { uid }));
  const uids = Array.from({ length: 400 }, (_, n) => `uid-${n}`);
  const one = uids.filter((uid) => taken(uid) === 'b-one mask +33*').length;
  assert.ok(one > 140 && one < 260, `${one} of 400`);
  for (const uid of uids) assert.equal(taken(uid), taken(uid));
  for (const uid of uids) assert.equal(short(ask('+34123456', null, { uid })), 'b-high mask +34*');
});

test('of equal ways only those a partner may use are shared', () => {
  const permitted = text('').replace('transit: [b-out, hub-out]', 'transit: [b-two]');
  const on = buildRouteTable(load(permitted, { PW: 'x' }).configuration);
  for (let n = 0; n < 20; n++) {
    assert.equal(short(ask('+33123456', fromA, { uid: `uid-${n}`, on })), 'b-two mask +33*');
  }
});

test('default routes come last', () => {
  assert.equal(short(ask('+999', null, { on: tableWith('hub-out') })), 'hub-out default');
  assert.equal(short(ask('+999', fromA, { on: tableWith('hub-out') })), 'hub-out default');
  assert.equal(short(ask('+999', fromB, { on: tableWith('hub-out') })), 'not-permitted');
  assert.equal(short(ask('+999', fromB, { on: tableWith('WAPPush') })), 'WAPPush default');
  const partners = text('hub-out').replace('account: b-low,', 'account: b-low, defaultRoute: true,');
  const on = buildRouteTable(load(partners, { PW: 'x' }).configuration);
  assert.equal(short(ask('+999', null, { on })), 'b-low default');
});

test('system addresses and malformed ones are not routed, not even by default', () => {
  const on = tableWith('hub-out');
  assert.equal(short(ask('system-user@b.example', null, { kind: 'system', on })), 'no-route');
  assert.equal(short(ask('+44x', null, { kind: 'malformed', on })), 'no-route');
});

test('a partner that is not configured any more reaches own subscribers only', () => {
  const gone = { partner: 'gone', account: '192.0.2.9' };
  assert.equal(short(ask('+447700900401', gone)), 'Direct mask +4477009004*');
  assert.equal(short(ask('+447700900201', gone)), 'not-permitted');
});
