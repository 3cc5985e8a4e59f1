import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { needs } from '../support/needs.ts';
import { interconnect, mail } from './interconnect.ts';
import { forward, numberOf } from './pdus.ts';
import { readTrace, straceOf, type Call } from './strace.ts';

/** What has to be on disk before the 250, by the path of its file. */
const files = {
  'body segment': /\/bodies\/[^/]+\.seg>/,
  'head segment': /\/heads\/[^/]+\.seg>/,
  'body keys': /\/keys\/bodies-[^/]+\.keys>/,
  'head keys': /\/keys\/heads-[^/]+\.keys>/,
  'event log': /\/events\.db-wal>/,
} as const;

const alone = 5;
const together = 8;

test('before every 250 the content, its keys and the event are synced', needs('strace'), async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-strace-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'trace');
  const hub = await interconnect(context, { through: straceOf(file) });
  const send = async (name: string): Promise<void> => {
    const client = await hub.connect('a');
    const pdu = forward({ from: 'a', to: [numberOf.b], messageId: `${name}@mmsc.op-a.example` });
    assert.match(await mail(client, pdu), /^250 /);
    client.end();
  };
  for (let count = 0; count < alone; count += 1) await send(`alone-${count}`);
  await Promise.all(Array.from({ length: together }, (_, count) => send(`together-${count}`)));
  assert.equal(await hub.engine.stop(), 0);

  const calls = readTrace(file);
  const mails = mailsOf(calls);
  assert.equal(mails.length, alone + together);
  for (const { dot, reply, name } of mails) {
    for (const [what, path] of Object.entries(files))
      assertSynced(calls, dot, reply, path, `${name}: ${what}`);
  }
  assertDirectoriesSynced(calls, mails[0]?.reply ?? 0);
});

/** Where the trace shows the final dot being read and the next thing being written to that socket. */
interface Mail {
  readonly name: string;
  readonly dot: number;
  readonly reply: number;
}

function mailsOf(calls: readonly Call[]): readonly Mail[] {
  return calls.flatMap(({ name, on, text, ended }) => {
    if (!name.startsWith('re') || !on.includes('TCP') || !/\\r\\n\.\\r\\n"/.test(text)) return [];
    const reply = calls.find((call) => isWrite(call) && call.on === on && call.began > ended);
    assert.match(reply?.text ?? '', /"250 /, 'the first thing said after the dot');
    return [
      { name: /X-Mms-Message-ID: \\"([^@]*)/.exec(text)?.[1] ?? '', dot: ended, reply: reply?.began ?? 0 },
    ];
  });
}

/** The last write since the dot, or another one before the reply, was followed by a sync that ended before the reply. */
function assertSynced(calls: readonly Call[], dot: number, reply: number, path: RegExp, what: string): void {
  const meanwhile = calls.filter(({ on, began, ended }) => path.test(on) && began > dot && ended < reply);
  const written = meanwhile.find(isWrite);
  assert.ok(written !== undefined, `${what} is written between the dot and the 250`);
  const synced = meanwhile.find((call) => isSync(call) && call.began > written.ended);
  assert.ok(synced !== undefined, `${what} is synced between its write and the 250`);
  assert.match(synced.text, /= 0$/, what);
}

/** A new file is there after a power cut only if each directory on the way to it was synced after it was made. */
function assertDirectoriesSynced(calls: readonly Call[], firstReply: number): void {
  for (const made of ['bodies', 'heads', 'keys']) {
    const mkdir = calls.find(({ name, text }) => name === 'mkdir' && text.includes(`/data/${made}"`));
    assert.ok(mkdir !== undefined, `${made} is made`);
    for (const directory of [`/data/${made}>`, '/data>']) {
      const synced = calls.find(
        (call) => isSync(call) && call.on.endsWith(directory) && call.began > mkdir.ended,
      );
      assert.ok(
        synced !== undefined && synced.ended < firstReply,
        `${directory} is synced after ${made} was made`,
      );
    }
  }
}

const isWrite = ({ name }: Call): boolean => /^(p?write|send)/.test(name);
const isSync = ({ name }: Call): boolean => /^f(data)?sync$/.test(name);
