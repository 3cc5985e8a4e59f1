import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';

import { mm4, temporaryDirectory } from './support.ts';

const directory = temporaryDirectory();
const text = join(directory, 'hello.txt');
writeFileSync(text, 'hello');
const parties = ['--from', '+447700900101@a.example', '--to', '+447700900201@b.example'];

/** A port of this machine that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('send used wrongly', () => {
  it('says what is wrong before it connects, and its exit code is 2', async () => {
    const server = ['--server', '127.0.0.1:1'];
    const cases: readonly [readonly string[], RegExp][] = [
      [[...server, ...parties], /name at least one FILE\nusage: mm4 send/],
      [[text, ...parties], /--server is missing/],
      [[text, ...server], /--from is missing/],
      [[text, ...server, '--from', '+447700900101@a.example'], /--to is missing/],
      [[text, ...server, '--from', '+447700900101', '--to', 'j@b.example'], /--from .*: add @ and a domain/],
      [
        [text, ...server, '--from', '+44x@a.example', '--to', 'j@b.example'],
        /--from \+44x@a\.example: write/,
      ],
      [[text, '--server', '127.0.0.1:99999', ...parties], /--server "127\.0\.0\.1:99999" is not a server/],
      [[text, '--server', '127.0.0.1:0', ...parties], /--server "127\.0\.0\.1:0" is not a server/],
      [[text, ...server, ...parties, '--bind', 'here'], /--bind here: write an address/],
      [[join(directory, 'nowhere.jpg'), ...server, ...parties], /ENOENT.*nowhere\.jpg/],
    ];
    for (const [args, complaint] of cases) {
      const { status, stderr } = await mm4(['send', ...args]);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, complaint);
    }
  });

  it('tells an unreachable server by its exit code', async () => {
    const server = `127.0.0.1:${await closedPort()}`;
    const { status, stderr } = await mm4(['send', text, '--server', server, ...parties]);
    assert.equal(status, 4);
    assert.match(stderr, /at connect: .*ECONNREFUSED/);
  });
});
