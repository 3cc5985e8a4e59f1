import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';

import { scriptedPeer } from '../support/scripted-peer.ts';
import { forward, mail, ofType, site, until } from './support.ts';

const nested = (): string =>
  Array.from(
    { length: 1_000 },
    (_, depth) => `--b${depth}\r\nContent-Type: multipart/mixed; boundary=b${depth + 1}\r\n\r\n`,
  ).join('');
const multipart = (id: string, body: string): string =>
  forward(id, { body }).replace('Content-Type: text/plain', 'Content-Type: multipart/mixed; boundary=b0');

/** What is sent, and how it has to be answered. */
const hostile: readonly [name: string, content: string | Buffer, reply: RegExp][] = [
  ['random bytes', randomBytes(20_000), /^554 5\.6\.0/],
  ['nothing at all', '', /^554 5\.6\.0/],
  ['plain e-mail', 'Subject: hello\r\n\r\nhi\r\n', /^554 5\.6\.0/],
  ['a thousand nested multiparts', multipart('nested', nested()), /^250/],
  ['twenty thousand parts', multipart('parts', '--b0\r\n\r\nx\r\n'.repeat(20_000)), /^554/],
  [
    'a header block without end',
    `X-Mms-Message-Type: MM4_forward.REQ\r\nX-A: ${'a'.repeat(200_000)}`,
    /^554/,
  ],
  ['one endless line', forward('line', { body: 'y'.repeat(400_000) }), /^552/],
  ['NULs in headers', forward('nul', { headers: ['X-Mms-Subject: \0\0\0'] }), /^250/],
  ['two different transaction ids', forward('twice', { headers: ['X-Mms-Transaction-ID: "other"'] }), /^554/],
  ['a type nobody defined', forward('type').replace('MM4_forward.REQ', 'MM4_cancel.REQ'), /^554 5\.6\.0/],
  [
    'a type nobody defined, with an answer asked for',
    forward('type2', {
      headers: ['X-Mms-Ack-Request: Yes', 'X-Mms-Originator-System: system-user@mmsc.op-a.example'],
    }).replace('MM4_forward.REQ', 'MM4_cancel.REQ'),
    /^250/,
  ],
  [
    'a report without a status',
    forward('report').replace('MM4_forward.REQ', 'MM4_delivery_report.REQ'),
    /^554/,
  ],
  ['a forward round and round', forward('loop', { headers: ['X-Mms-Forward-Counter: 99'] }), /^554 5\.4\.6/],
  [
    'an unknown transfer encoding',
    forward('encoding', { headers: ['Content-Transfer-Encoding: x-secret'] }),
    /^554/,
  ],
];

test(
  'malformed and hostile PDUs are answered and kept; none crashes, blocks or vanishes',
  { timeout: 120_000 },
  async () => {
    const a = await scriptedPeer({ host: '127.0.0.2' });
    const b = await scriptedPeer({ host: '127.0.0.3' });
    await using place = site({ a, b }, 'requestAck: false');
    const engine = await place.start();
    for (const [name, content, expected] of hostile) {
      assert.match((await mail(engine.smtpPort, content)) ?? 'no reply', expected, name);
    }
    assert.match((await mail(engine.smtpPort, forward('good'))) ?? '', /^250/);
    await until('a good PDU right after', () => b.mails.some(({ content }) => content.includes('good@mmsc')));
    await until('the RES to the unknown type', () =>
      a.mails.some(({ content }) => content.includes('MM4_cancel.RES')),
    );
    const events = await place.events();
    const kept = ofType(events, 'RefusedReceived').length + ofType(events, 'Received').length;
    assert.equal(kept, hostile.length + 1, 'each is a message or in a stream of its own');
    assert.equal(await engine.stop(), 0);
    await Promise.all([a.stop(), b.stop()]);
  },
);
