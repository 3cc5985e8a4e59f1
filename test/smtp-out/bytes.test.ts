import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { dotStuffing } from '../../adapters/smtp-out/dot-stuffing.ts';
import { certificate, head, mailOf, send, setting } from './support.ts';

const nasty: Record<string, string> = {
  'no body': '',
  'no line end at the end': 'hello',
  'bare LF': 'one\ntwo\n.three\n',
  'bare CR': 'one\rtwo\r.three\r',
  'CR at the end': 'one\r',
  'LF at the end': 'one\n',
  'NUL and 8 bit': 'a\0b\xff\xfe\x80\r\n\0',
  'leading dots': '.one\r\n..two\r\n...\r\n.\r\n.',
  'a dot alone': '.',
  'the end of data, again and again': '\r\n.\r\n\r\n.\r\n',
  'the end of data in other spellings': '\n.\n\r.\r\n.\r\r\n.\n',
  'CRs before a line end': '\r\r\n.\r\r\n',
};

/** SMTP cannot end a mail but on a new line. */
const asReceived = (mail: Buffer): Buffer =>
  mail.length === 0 || mail.subarray(-2).toString('latin1') === '\r\n'
    ? mail
    : Buffer.concat([mail, Buffer.from('\r\n')]);

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

function inPieces(bytes: Buffer, octets: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += octets) pieces.push(bytes.subarray(at, at + octets));
  return pieces;
}

function stuff(pieces: readonly Buffer[]): Buffer {
  const dots = dotStuffing();
  return Buffer.concat([...pieces.map((piece) => dots.next(piece)), dots.end()]);
}

/** What a receiver makes of it: independent of the code under test, octet by octet. */
function unstuff(wire: Buffer): Buffer {
  const text = wire.toString('latin1');
  const end = text.startsWith('.\r\n') ? 0 : text.indexOf('\r\n.\r\n') + 2;
  assert.equal(end + 3, text.length, 'the mail ends with the first final dot and nowhere else');
  return latin1(text.slice(0, end).replace(/(^|\r\n)\./g, '$1'));
}

const tricky = fc.array(
  fc.oneof(
    fc.constantFrom(...latin1('\r\n.')),
    fc.constantFrom(...latin1('\r\n.')),
    fc.integer({ min: 0, max: 255 }),
  ),
  { maxLength: 200 },
);
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });

function cutUp(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

describe('dot-stuffing', () => {
  it('law: whatever the bytes and the chunks, the receiver gets the bytes', () => {
    fc.assert(
      fc.property(tricky, cuts, (octets, lengths) => {
        const mail = Buffer.from(octets);
        assert.deepEqual(unstuff(stuff(cutUp(mail, lengths))), asReceived(mail));
      }),
      { numRuns: 2_000 },
    );
  });

  it('law: the chunks make no difference on the wire', () => {
    fc.assert(
      fc.property(tricky, cuts, (octets, lengths) => {
        const mail = Buffer.from(octets);
        assert.deepEqual(stuff(cutUp(mail, lengths)), stuff([mail]));
      }),
    );
  });

  it('gives back the very chunk when there is nothing to double', () => {
    const chunk = latin1('one\r\ntwo.three\r\n');
    assert.equal(dotStuffing().next(chunk), chunk);
  });

  it('leaves the chunks that it is given alone', () => {
    const chunk = latin1('.one\r\n.two');
    stuff([chunk]);
    assert.equal(chunk.toString('latin1'), '.one\r\n.two');
  });
});

describe('the bytes of a mail on a real line', () => {
  for (const [name, text] of Object.entries(nasty)) {
    it(`${name}, whole and in pieces of 1, 2, 3 octets`, async (t) => {
      const { peer, session: open } = await setting(t);
      const session = await open();
      for (const octets of [1_000, 1, 2, 3]) {
        const outcome = await send(session, mailOf(inPieces(latin1(text), octets)));
        assert.equal(outcome.kind, 'sent');
        assert.deepEqual(peer.mails.at(-1)?.content, asReceived(Buffer.concat([head, latin1(text)])));
      }
      assert.equal(peer.connections, 1);
    });
  }

  it('a header block without body, and nothing at all', async (t) => {
    const { peer, session: open } = await setting(t);
    const session = await open();
    await send(session, mailOf(null));
    await send(session, mailOf(null, { head: Buffer.alloc(0), size: 0 }));
    assert.deepEqual(
      peer.mails.map(({ content }) => content),
      [head, Buffer.alloc(0)],
    );
  });

  for (const tls of ['none', 'opportunistic'] as const) {
    it(`3 MB of random octets and traps, tls ${tls}`, async (t) => {
      const { peer, session: open } = await setting(t, { tls: certificate });
      const traps = Buffer.concat(
        Array.from({ length: 30_000 }, (_, i) => latin1(`${'x'.repeat(i % 97)}\r\n.\r\n..\n.\r`)),
      );
      const session = await open({ tls });
      const outcome = await send(session, mailOf(inPieces(traps, 16_384 - 1)));
      assert.equal(outcome.kind, 'sent');
      assert.ok(peer.mails[0]?.content.equals(asReceived(Buffer.concat([head, traps]))));
    });
  }

  it('law: on one reused session, whatever the bytes and the chunks', async (t) => {
    const { peer, session: open } = await setting(t);
    const session = await open();
    await fc.assert(
      fc.asyncProperty(tricky, cuts, async (octets, lengths) => {
        const body = Buffer.from(octets);
        const outcome = await send(session, mailOf(cutUp(body, lengths), { eightBit: true }));
        assert.equal(outcome.kind, 'sent');
        assert.deepEqual(peer.mails.at(-1)?.content, asReceived(Buffer.concat([head, body])));
      }),
      { numRuns: 100 },
    );
  });
});
