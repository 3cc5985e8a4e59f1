import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Address } from '../../domain/mm4/pdu.ts';
import { buildRouteTable } from '../../domain/routing/route-table.ts';
import { notServed } from '../../domain/routing/served.ts';
import { load } from '../config/support.ts';

const text = `
node: { name: n, domains: [own.example, own.gprs] }
subscribers: { masks: ["+4477009004*"], shortCodes: ["60300"] }
partners:
  - name: a
    domains: [a.example]
    transit: [b-out]
    vasps: [{ account: 192.0.2.1, mm4AckRouting: a-out }]
    routes: [{ account: a-out, recipients: ["+4477009001*"], server: a, domain: mms.a.example }]
  - name: b
    peers: [b-hub]
    vasps: [{ account: 192.0.2.2, mm4AckRouting: b-out }]
    routes: [{ account: b-out, recipients: ["+4477009002*", "*@b.example"], server: b, domain: b.example }]
  - { name: b-hub, vasps: [{ account: 192.0.2.3 }] }
`;
const table = buildRouteTable(load(text).configuration);

const plmn = (value: string, domain?: string): Address => ({
  kind: value.startsWith('+') ? 'plmn' : 'shortcode',
  value,
  raw: value,
  ...(domain === undefined ? {} : { domain }),
});
const mailbox = (kind: 'system' | 'email' | 'malformed', value: string): Address => ({
  kind,
  value,
  raw: value,
});

test('RCPT refuses only what no PDU could justify', () => {
  const cases: [why: string, recipient: Address, partner: string, refused: string | null][] = [
    ['an own subscriber', plmn('+447700900401', 'own.example'), 'a', null],
    ['at another domain of ours', plmn('+447700900401', 'OWN.gprs'), 'a', null],
    ['a short code', plmn('60300', 'own.example'), 'a', null],
    ['a number a route serves', plmn('+447700900201', 'own.example'), 'a', null],
    ['without a domain', plmn('+447700900201'), 'a', null],
    ['at the domain of the final operator', plmn('+447700900201', 'b.example'), 'a', null],
    ['its own number: routing says no, with an answer', plmn('+447700900101', 'own.example'), 'a', null],
    ['at a domain of nobody', plmn('+447700900401', 'c.example'), 'a', 'unknown-domain'],
    ['a number of nobody', plmn('+999', 'own.example'), 'a', 'unknown-number'],
    ['the same, as the sender of a message in transit', plmn('+999', 'own.example'), 'b', null],
    ['at the domain of the partner it came from', plmn('+999', 'a.example'), 'b', null],
    ['to the hub that answers for b', plmn('+999', 'own.example'), 'b-hub', null],
    ['our system address', mailbox('system', 'system-user@own.example'), 'a', null],
    ['the same at another domain of ours', mailbox('system', 'System-User@own.gprs'), 'a', null],
    ["somebody else's system address", mailbox('system', 'system-user@b2.example'), 'a', 'unknown-number'],
    ['a mailbox a route serves', mailbox('email', 'anna@b.example'), 'a', null],
    ['a mailbox nobody serves', mailbox('email', 'anna@own.example'), 'a', 'unknown-number'],
    ['the same, as the sender of a message in transit', mailbox('email', 'anna@c.example'), 'b', null],
    ['what is no address', mailbox('malformed', '+44x'), 'b', 'unknown-number'],
  ];
  for (const [why, recipient, partner, refused] of cases) {
    assert.equal(notServed(table, recipient, partner), refused, why);
  }
});

test('with a default route every number is served', () => {
  const open = buildRouteTable(load(`${text}routing: { defaultRoute: b-out }\n`).configuration);
  assert.equal(notServed(open, plmn('+999', 'own.example'), 'a'), null);
  assert.equal(notServed(open, plmn('+999', 'c.example'), 'a'), 'unknown-domain');
});
