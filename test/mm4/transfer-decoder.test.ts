import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import fc from 'fast-check';

import { transferDecoder } from '../../domain/mm4/transfer-decoder.ts';

function decode(encoding: string, bytes: Buffer, chunk: number): { size: number; sha256: string } {
  const decoder = transferDecoder(encoding);
  for (let from = 0; from < bytes.length; from += chunk) decoder.push(bytes.subarray(from, from + chunk));
  return decoder.end();
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('base64 in any chunking, with any line ends, junk between lines, with and without padding', () => {
  const ends = fc.constantFrom('\r\n', '\n', ' \r\n', '\r\n!');
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 90 }),
      ends,
      fc.boolean(),
      (bytes, chunk, end, padded) => {
        const lines = Buffer.from(bytes)
          .toString('base64')
          .replace(/(.{76})/g, `$1${end}`);
        const text = padded ? lines : lines.replace(/=+$/, '');
        assert.deepEqual(decode('base64', Buffer.from(text), chunk), {
          size: bytes.length,
          sha256: digest(bytes),
        });
      },
    ),
    { numRuns: 2_000 },
  );
});

test('quoted-printable: escapes, soft breaks, blanks at line ends, in any chunking', () => {
  const text = 'caf=C3=A9 au=\r\n lait \t\r\nend =\r\n= x=3';
  const plain = Buffer.from('cafÃ© au lait\r\nend = x=3', 'latin1');
  for (let chunk = 1; chunk <= text.length; chunk += 1) {
    assert.deepEqual(decode('quoted-printable', Buffer.from(text), chunk), {
      size: plain.length,
      sha256: digest(plain),
    });
  }
});

test('everything else passes as it is', () => {
  const bytes = Buffer.from([0, 13, 10, 255, 46]);
  for (const encoding of ['7bit', '8bit', 'binary', 'x-unknown']) {
    assert.deepEqual(decode(encoding, bytes, 2), { size: 5, sha256: digest(bytes) });
  }
});
