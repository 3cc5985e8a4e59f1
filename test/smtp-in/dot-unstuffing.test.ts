import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { dotUnstuffing } from '../../adapters/smtp-in/dot-unstuffing.ts';

interface Read {
  readonly content: string;
  readonly rest: string | undefined;
}

/** Reads octets that come cut after the given places. */
function read(octets: string, cuts: readonly number[] = []): Read {
  const unstuff = dotUnstuffing();
  const pieces: string[] = [];
  const edges = [0, ...cuts, octets.length];
  for (const [n, edge] of edges.slice(1).entries()) {
    const { content, rest } = unstuff(Buffer.from(octets.slice(edges[n], edge), 'latin1'));
    pieces.push(content.toString('latin1'));
    if (rest !== undefined)
      return { content: pieces.join(''), rest: rest.toString('latin1') + octets.slice(edge) };
  }
  return { content: pieces.join(''), rest: undefined };
}

/** The same by the book: split into lines at CRLF, end at a dot alone, take one of two leading dots away. */
function byTheBook(octets: string): Read {
  const lines = octets.split('\r\n');
  const final = lines.slice(0, -1).indexOf('.');
  const content = (final < 0 ? lines : lines.slice(0, final)).map((line) =>
    line.startsWith('..') ? line.slice(1) : line,
  );
  if (final < 0) return { content: content.join('\r\n'), rest: undefined };
  return {
    content: content.map((line) => `${line}\r\n`).join(''),
    rest: lines.slice(final + 1).join('\r\n'),
  };
}

test('every short sequence of dots, CR, LF and a letter, cut at every place, is read by the book', () => {
  const ending = '\r\n.\r\nQ';
  const tails = ['', '.', '..', '\r', '\n', '\r\n', '\r\n.', '\r\n..', '\n.\n', '.\r\n', 'a'];
  const alphabet = ['.', '\r', '\n', 'a'];
  let words = [''];
  for (let length = 0; length <= 5; length += 1) {
    for (const word of words)
      for (const tail of tails) {
        const octets = `${word}${tail}${ending}`;
        const expected = byTheBook(octets);
        const singly = Array.from({ length: octets.length - 1 }, (_, at) => at + 1);
        assert.deepEqual(read(octets), expected, JSON.stringify(octets));
        assert.deepEqual(read(octets, singly), expected, JSON.stringify(octets));
        for (const cut of singly)
          assert.deepEqual(read(octets, [cut]), expected, JSON.stringify([octets, cut]));
      }
    words = words.flatMap((word) => alphabet.map((letter) => word + letter));
  }
});

test('any octets, cut anywhere, are read by the book', () => {
  const octet = fc.oneof(
    fc.constantFrom('.', '\r', '\n', '\r\n', '\r\n.', '\r\n..', '\0', '\xff'),
    fc.string(),
  );
  const octets = fc
    .array(octet, { maxLength: 40 })
    .map((parts) => parts.join('').replace(/[^\0-\xff]/g, '?'));
  const cuts = fc.array(fc.nat(200), { maxLength: 10 });
  fc.assert(
    fc.property(octets, cuts, (body, places) => {
      const whole = `${body}\r\n.\r\nQUIT\r\n`;
      const sorted = places.map((place) => place % whole.length).sort((a, b) => a - b);
      assert.deepEqual(read(whole, sorted), byTheBook(whole));
    }),
  );
});

test('only CRLF.CRLF is the end, and a dot after a bare LF or CR is content', () => {
  for (const not of [
    '\n.\n',
    '\n.\r\n',
    '\r\n.\n',
    '\r.\r',
    '\r\n.\r',
    '\n..\r\n',
    '\r\n.\rx',
    '\r\n.\0\r\n',
  ]) {
    const octets = `a${not}b\r\n.\r\n`;
    assert.deepEqual(read(octets), { content: `a${not}b\r\n`, rest: '' });
  }
});

test('an empty chunk changes nothing, wherever it comes', () => {
  assert.deepEqual(read('..a\r\n.\r\n', [0, 0, 1, 1, 5, 5, 6, 6]), { content: '.a\r\n', rest: '' });
});

test('a mail without any octet is empty, not one line', () => {
  assert.deepEqual(read('.\r\nNOOP\r\n'), { content: '', rest: 'NOOP\r\n' });
});
