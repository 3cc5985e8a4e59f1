import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { SmtpReply } from '../../domain/ports.ts';
import { beginData, contentOf, promised, scene, sender, stored } from './support.ts';

const everyOctet = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet)).toString('latin1');

/** As it goes over the wire without its final dot, and what the intake must get. */
const contents: Record<string, [wire: string, content: string]> = {
  'every octet there is': [`${everyOctet}\r\n`, `${everyOctet}\r\n`],
  'no blank line at all': ['From: a\r\nTo: b\r\n', 'From: a\r\nTo: b\r\n'],
  'leading and lone dots': ['..\r\n...\r\na.\r\n..b\r\n\r\n..\r\n', '.\r\n..\r\na.\r\n.b\r\n\r\n.\r\n'],
  'bare LF and bare CR': ['a\nb\rc\n\rd\r\r\n\n\r\n', 'a\nb\rc\n\rd\r\r\n\n\r\n'],
  'ends that are none': ['\n.\n.\r\n\r\n.\n\r.\r\n..\r\nx\r\n', '\n.\n.\r\n\r\n.\n\r.\r\n.\r\nx\r\n'],
  'no octet': ['', ''],
  'one empty line': ['\r\n', '\r\n'],
  'long lines': [
    `${'x'.repeat(5000)}\r\n..${'y'.repeat(5000)}\r\n`,
    `${'x'.repeat(5000)}\r\n.${'y'.repeat(5000)}\r\n`,
  ],
};

for (const [name, [wire, content]] of Object.entries(contents))
  test(`content passes unchanged: ${name}`, async (t) => {
    const { inData, reception } = await scene(t);
    const client = await inData();
    client.send(`${wire}.\r\nNOOP\r\n`);
    assert.deepEqual(await client.replies(2), ['250 2.0.0 stored', '250 2.0.0 OK']);
    await beginData(client);
    await client.sendPieces(Buffer.from(`${wire}.\r\nNOOP\r\n`, 'latin1'), wire.length > 1000 ? 97 : 1);
    assert.deepEqual(await client.replies(2), ['250 2.0.0 stored', '250 2.0.0 OK']);
    assert.deepEqual(reception.mails.map(contentOf), [content, content]);
  });

test('no mail can be smuggled behind an end that is none', async (t) => {
  for (const end of [
    '\n.\n',
    '\n.\r\n',
    '\r\n.\n',
    '\r.\r',
    '\r\n.\r',
    '\n..\r\n',
    '\r\n.\0\r\n',
    '\r\n.\r\r\n',
  ]) {
    const smuggled = `MAIL FROM:<evil>\r\nRCPT TO:<b>\r\nDATA\r\nx\r\n`;
    const { inData, reception } = await scene(t);
    const client = await inData();
    client.send(`first${end}${smuggled}.\r\n`);
    assert.equal(await client.reply(), '250 2.0.0 stored');
    assert.equal(await client.say('NOOP'), '250 2.0.0 OK');
    assert.deepEqual(reception.mails.map(contentOf), [`first${end}${smuggled}`], JSON.stringify(end));
    assert.deepEqual(reception.askedFor('mail'), [[sender, undefined]]);
  }
});

test('several mails on one connection', async (t) => {
  const { greeted, reception } = await scene(t);
  const client = await greeted();
  for (let n = 0; n < 5; n += 1) {
    await beginData(client);
    assert.equal(await client.say(`mail ${n}\r\n.`), '250 2.0.0 stored');
  }
  assert.deepEqual(
    reception.mails.map(contentOf),
    [0, 1, 2, 3, 4].map((n) => `mail ${n}\r\n`),
  );
});

test('the reply to the mail is the intake’s, and comes only when it has answered', async (t) => {
  const answer = promised<SmtpReply>();
  const { inData, greeted, reception } = await scene(t, { finish: () => answer.promise });
  const client = await inData();
  const finishing = reception.next('finish');
  client.send('x\r\n.\r\nNOOP\r\n');
  await finishing;
  const other = await greeted();
  assert.match(await other.say('NOOP'), /^250/);
  assert.equal(client.unread, '');
  answer.fulfil({ code: 554, enhanced: '5.6.0', text: 'Not an MM4 PDU' });
  assert.deepEqual(await client.replies(2), ['554 5.6.0 Not an MM4 PDU', '250 2.0.0 OK']);
});

test('waiting for the intake is no idleness of the peer', async (t) => {
  const answer = promised<SmtpReply>();
  const room = promised<undefined>();
  const { connect, reception } = await scene(
    t,
    { write: () => room.promise, finish: () => answer.promise },
    { idleTimeout: 100 },
  );
  // The time-outs of others are the clock: each of them is as long as that of the one who waits.
  const timeouts = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      const [, timeout] = await (await connect()).replies(2);
      assert.match(timeout ?? '', /^421 4\.4\.2 /);
    }
  };
  const chunk = reception.next('chunk');
  const client = await connect();
  client.send('HELO a\r\nMAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\nx\r\n.\r\n');
  await chunk;
  await timeouts(2);
  const finishing = reception.next('finish');
  room.fulfil(undefined);
  await finishing;
  await timeouts(2);
  answer.fulfil(stored);
  const replies = await client.replies(6);
  assert.equal(replies.at(-1), '250 2.0.0 stored');
});

test('as long as an intake asks to wait, it gets nothing, and the peer is held back', async (t) => {
  const room = promised<undefined>();
  const { inData, greeted, reception } = await scene(
    t,
    { write: () => room.promise },
    { hardLimit: 100_000_000 },
  );
  const client = await inData();
  const chunk = reception.next('chunk');
  const much = `${'0123456789'.repeat(7)}\r\n`.repeat(400_000);
  client.send(`${much}.\r\n`);
  await chunk;
  const other = await greeted();
  for (let turn = 0; turn < 20; turn += 1) await other.say('NOOP');
  const [mail] = reception.mails;
  assert.equal(mail?.chunks.length, 1);
  assert.ok(client.waiting > 0);
  room.fulfil(undefined);
  assert.equal(await client.reply(), '250 2.0.0 stored');
  assert.equal(contentOf(mail), much);
});

test('a mail beyond the hard limit is read to its end, not handed on, and refused', async (t) => {
  const { inData, reception } = await scene(t, {}, { hardLimit: 100_000 });
  const client = await inData();
  const abort = reception.next('abort');
  const line = `${'x'.repeat(98)}\r\n`;
  await client.sendPieces(Buffer.from(line.repeat(1500)), 10_000);
  await abort;
  client.send('.\r\nNOOP\r\n');
  assert.deepEqual(await client.replies(2), [
    '552 5.3.4 Mail exceeds the limit of 100000 octets',
    '250 2.0.0 OK',
  ]);
  const [mail] = reception.mails;
  assert.deepEqual([mail?.finished, mail?.aborted], [0, 1]);
  assert.ok(contentOf(mail).length <= 100_000);
  await beginData(client);
  client.send(`${line.repeat(1000)}.\r\n`);
  assert.equal(await client.reply(), '250 2.0.0 stored', 'just as much as may be');
});

test('a mail without end is not listened to for ever', async (t) => {
  const { inData, reception } = await scene(t, {}, { hardLimit: 1000 });
  const client = await inData();
  client.send('x'.repeat(20_000));
  assert.match(await client.reply(), /^552 5\.3\.4 /);
  await client.closed();
  assert.equal(reception.mails[0]?.aborted, 1);
});

test('an intake that fails costs its mail only, and is logged', async (t) => {
  const fail = (): never => {
    throw new Error('disk gone');
  };
  const ways = { throws: fail, rejects: () => Promise.reject(new Error('disk gone')) };
  for (const [name, write] of Object.entries(ways)) {
    const { inData, reception, logged } = await scene(t, { write });
    const client = await inData();
    assert.equal(await client.say('x\r\n.'), '451 4.3.0 Local error, try again later', name);
    assert.deepEqual([reception.mails[0]?.finished, reception.mails[0]?.aborted], [0, 1]);
    assert.equal(logged.length, 1);
    assert.equal(await client.say('NOOP'), '250 2.0.0 OK');
  }
  const { inData, logged } = await scene(t, { finish: ways.rejects });
  const client = await inData();
  assert.equal(await client.say('x\r\n.'), '451 4.3.0 Local error, try again later');
  assert.equal(logged.length, 1);
});
