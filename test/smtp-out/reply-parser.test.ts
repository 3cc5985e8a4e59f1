import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { replyParser, toReply } from '../../adapters/smtp-out/reply-parser.ts';

function parse(...chunks: readonly (string | Buffer)[]): {
  replies: (readonly string[])[];
  complaint: string | undefined;
} {
  const replies: (readonly string[])[] = [];
  const feed = replyParser((lines) => replies.push(lines));
  let complaint: string | undefined;
  for (const chunk of chunks) complaint ??= feed(Buffer.from(chunk));
  return { replies, complaint };
}

describe('replies of a peer', () => {
  it('one line, many lines, no text, bare LF', () => {
    const { replies, complaint } = parse('250 ok\r\n250-a\r\n250-b\r\n250 c\r\n354\r\n250 lf\n');
    assert.deepEqual(replies, [['250 ok'], ['250-a', '250-b', '250 c'], ['354'], ['250 lf']]);
    assert.equal(complaint, undefined);
  });

  it('law: the chunks make no difference', () => {
    const said = Buffer.from('220 mx\r\n250-é\r\n250-SIZE 100\r\n250 8BITMIME\r\n421 4.3.2 bye\r\n');
    const whole = parse(said).replies;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: said.length - 1 }), { maxLength: 10 }), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), said.length];
        const chunks = edges.slice(1).map((edge, i) => said.subarray(edges[i], edge));
        assert.deepEqual(parse(...chunks).replies, whole);
      }),
    );
  });

  it('law: whatever comes, it is parsed or complained about, and never thrown', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => void parse(Buffer.from(bytes))));
  });

  for (const [name, said] of Object.entries({
    'no code': 'ok\r\n',
    'an empty line': '\r\n',
    'a code of four digits': '2500 ok\r\n',
    'a code that SMTP does not have': '650 ok\r\n',
    'codes that differ': '250-a\r\n251 b\r\n',
    'a line without end': `250 ${'x'.repeat(3_000)}`,
    'a line that is too long': `250 ${'x'.repeat(3_000)}\r\n`,
    'lines without end': '250-a\r\n'.repeat(200),
  })) {
    it(`complains about ${name}`, () => {
      const { replies, complaint } = parse(said);
      assert.deepEqual(replies, []);
      assert.ok(complaint);
    });
  }

  it('text is UTF-8, or else Latin-1, without control characters', () => {
    assert.deepEqual(parse('250 d\u00e9j\u00e0\r\n').replies, [['250 d\u00e9j\u00e0']]);
    assert.deepEqual(parse(Buffer.from('250 d\u00e9j\u00e0\x1b[0m\r\n', 'latin1')).replies, [
      ['250 d\u00e9j\u00e0?[0m'],
    ]);
  });
});

describe('a reply as a value', () => {
  it('has its enhanced code apart from its text, on every line', () => {
    assert.deepEqual(toReply(['550-5.1.1 no such', '550 5.1.1 number']), {
      code: 550,
      enhanced: '5.1.1',
      text: 'no such number',
    });
  });

  it('may have no enhanced code, and no text', () => {
    assert.deepEqual(toReply(['250 1.2.3.4 is your address']), {
      code: 250,
      text: '1.2.3.4 is your address',
    });
    assert.deepEqual(toReply(['354']), { code: 354, text: '' });
    assert.deepEqual(toReply(['250 2.0.0']), { code: 250, enhanced: '2.0.0', text: '' });
  });

  it('has at most 200 characters of text', () => {
    assert.equal(toReply([`250 ${'x'.repeat(1_000)}`]).text.length, 200);
  });
});
