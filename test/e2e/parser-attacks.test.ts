import assert from 'node:assert/strict';
import { test } from 'node:test';

import { until } from '../support/until.ts';
import { interconnect, partners, type Interconnect, type Sendable } from './interconnect.ts';
import { block, forward, numberOf } from './pdus.ts';

/**
 * PDUs within every limit of size, made to keep a parser busy or to trip it. Each is answered, kept, and delays nobody: the engine has one
 * thread, so a second in a parser is a second for all partners. The limit leaves room for a busy machine.
 */
const patience = 3_000;

const many = (text: string, octets: number): string => text.repeat(Math.floor(octets / text.length));
const id = (name: string): string => `${name.replaceAll(' ', '-')}@mmsc.op-a.example`;
const base = { from: 'a', to: [numberOf.b] } as const;

/** A forward with one more header, or with one of its headers said otherwise. */
function withHeader(name: string, header: string, value: string): Sendable {
  const pdu = forward({ ...base, messageId: id(name) });
  const content = pdu.content.toString().replace(new RegExp(`^${header}: .*\r\n`, 'm'), '');
  return { ...pdu, content: `${header}: ${value}\r\n${content}` };
}

function withBody(name: string, contentType: string, body: string): Sendable {
  return forward({
    ...base,
    messageId: id(name),
    more: [['Content-Type', contentType]],
    body: `\r\n${body}`,
  });
}

function nested(levels: number): string {
  const opening = Array.from(
    { length: levels },
    (_, level) => `--b${level}\r\nContent-Type: multipart/mixed; boundary=b${level + 1}\r\n\r\n`,
  );
  const closing = Array.from({ length: levels }, (_, level) => `\r\n--b${levels - 1 - level}--\r\n`);
  return `${opening.join('')}${closing.join('')}`;
}

const headerRoom = 50_000;

const attacks: Readonly<Record<string, Sendable>> = {
  'only headers, no blank line': {
    ...withHeader('no blank', 'Subject', 'x'),
    content:
      forward({ ...base, messageId: id('no blank') })
        .content.toString()
        .split('\r\n\r\n')[0] ?? '',
  },
  'a body without headers': { ...withHeader('none', 'Subject', 'x'), content: '\r\njust a body\r\n' },
  'white space only': { ...withHeader('white', 'Subject', 'x'), content: many(' \t', headerRoom) },
  'a header without a name': withHeader('nameless', '', 'x'),
  'twenty thousand headers': withHeader('headers', 'X-A', many('b\r\nX-A: ', headerRoom)),
  'ten thousand folds': withHeader('folds', 'Subject', many('a\r\n ', headerRoom)),
  'NULs in a header': withHeader('nul', 'Subject', many('\0', 1_000)),
  'NULs in an id': withHeader('nul id', 'X-Mms-Message-ID', '"a\0b@mmsc.op-a.example"'),
  'an empty id': withHeader('empty id', 'X-Mms-Message-ID', '""'),
  'an id of fifty thousand octets': withHeader('long id', 'X-Mms-Message-ID', `"${many('i', headerRoom)}"`),
  'a transaction id of fifty thousand octets': withHeader(
    'long tx',
    'X-Mms-Transaction-ID',
    many('t', headerRoom),
  ),
  'a transaction id like one of ours': withHeader(
    'forged',
    'X-Mms-Transaction-ID',
    `${many('a', 26)}f1.aaaaaaaa`,
  ),
  'open comments': withHeader('comments', 'Date', many('(', headerRoom)),
  'white space in a date': withHeader('date', 'Date', `Mon,${many(' ', headerRoom)}x`),
  'white space in an expiry': withHeader('expiry', 'X-Mms-Expiry', `${many(' ', headerRoom)}x`),
  'open angles in From': withHeader('angles', 'From', many('<', headerRoom)),
  'quotes in To': withHeader('quotes', 'To', many('"\\', headerRoom)),
  'five thousand addresses': withHeader('addresses', 'To', many('+4477009002,', headerRoom)),
  'commas in To': withHeader('commas', 'To', many(',', headerRoom)),
  'encoded words without end': withHeader('words', 'Subject', many('=?utf-8?q?', headerRoom)),
  'a version of digits': withHeader('version', 'X-Mms-3GPP-MMS-Version', many('6.', headerRoom)),
  'a huge forward counter': withHeader('counter', 'X-Mms-Forward-Counter', many('9', headerRoom)),
  'Received lines without end': withHeader('received', 'Received', many('by ', headerRoom)),
  'white space in Received': withHeader('received 2', 'Received', `by${many(' ', headerRoom)}`),
  'parameters without end': withHeader('parameters', 'Content-Type', `a/b${many(';a', headerRoom)}`),
  'an open quoted parameter': withHeader(
    'quoted',
    'Content-Type',
    `a/b; boundary="${many('\\"', headerRoom)}`,
  ),
  'continued parameters': withHeader(
    'continued',
    'Content-Type',
    `multipart/mixed${many('; boundary*0=a', headerRoom)}`,
  ),
  'a boundary of fifty thousand octets': withHeader(
    'boundary',
    'Content-Type',
    `multipart/mixed; boundary=${many('b', headerRoom)}`,
  ),
  'a thousand nested multiparts, all closed': withBody(
    'nested',
    'multipart/mixed; boundary=b0',
    nested(1_000),
  ),
  'almost boundaries': withBody(
    'almost',
    'multipart/mixed; boundary=aaaaaaaaaaaaaaaaaaab',
    many('--aaaaaaaaaaaaaaaaaaa', 250_000),
  ),
  'a line of a quarter of a million octets': withBody('line', 'text/plain', many('y', 250_000)),
  'NULs as a body': withBody('nul body', 'text/plain', many('\0', 250_000)),
  'bare CRs': withBody('cr', 'multipart/mixed; boundary=b', many('\r', 250_000)),
  'bare LFs': withBody('lf', 'multipart/mixed; boundary=b', many('--b\n\n', 250_000)),
  'empty lines': withBody('empty', 'multipart/mixed; boundary=b', many('\r\n', 250_000)),
  dots: withBody('dots', 'text/plain', many('.\r\n', 200_000)),
  'broken base64': {
    ...withBody('base64', 'image/png', ''),
    content: `${block([['Content-Transfer-Encoding', 'base64']])}${withBody('base64', 'image/png', many('=A', 250_000)).content.toString()}`,
  },
  'broken quoted-printable': {
    ...withBody('qp', 'text/plain', ''),
    content: `${block([['Content-Transfer-Encoding', 'quoted-printable']])}${withBody('qp', 'text/plain', many('=\r\n=G', 250_000)).content.toString()}`,
  },
};

test('PDUs made to trip a parser are answered and kept, and delay nobody', async (context) => {
  const hub = await interconnect(context);
  let kept = 0;
  for (const [name, pdu] of Object.entries(attacks)) {
    const began = performance.now();
    const [reply] = await Promise.all([hub.send('a', pdu), sendGood(hub, `good-${kept}`)]);
    const took = performance.now() - began;
    assert.match(reply, /^(250|5\d\d) /, name);
    assert.ok(took < patience, `${name}: ${Math.round(took)} ms`);
    kept += 1;
    assert.equal(await countKept(hub), 2 * kept, `${name} is a message, or kept as refused: ${reply}`);
  }
  // None of them stays in the way of those behind it.
  await until('all that were taken being sent on, or refused with a reason', async () => {
    const streams = Map.groupBy(await hub.all('mms-'), ({ stream }) => stream);
    return [...streams.values()].every((events) =>
      events.some(({ type }) => type === 'ForwardSent' || type === 'ForwardRefused'),
    );
  });
  assert.equal(hub.peers.a.mails.length, kept, 'the good ones');
  assert.ok(hub.engine.running);
  assert.equal(hub.engine.stderr, '');
  assert.deepEqual(
    hub.engine.log.filter(({ level = 0 }) => level >= 50),
    [],
    'nothing is logged as an error of ours',
  );
});

async function sendGood(hub: Interconnect, name: string): Promise<void> {
  const reply = await hub.send(
    'c',
    forward({ from: 'c', to: [numberOf.a], messageId: `${name}@${partners.c.domain}` }),
  );
  assert.match(reply, /^250 /);
}

async function countKept(hub: Interconnect): Promise<number> {
  const events = [...(await hub.all('mms-')), ...(await hub.all('refused-'))];
  return events.filter(({ type }) => type === 'Received' || type === 'RefusedReceived').length;
}
