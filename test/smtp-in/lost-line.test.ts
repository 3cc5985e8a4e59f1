import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { SmtpReply } from '../../domain/ports.ts';
import type { RawClient } from './raw-client.ts';
import { contentOf, promised, recipient, scene, sender, stored } from './support.ts';

const ways: Record<string, (client: RawClient) => void> = {
  'closes politely': (client) => client.end(),
  resets: (client) => client.reset(),
};

const places: Record<string, string> = {
  'before the first octet': '',
  'within a line': 'From: a\r\nTo',
  'after a CR': 'From: a\r',
  'after a CRLF': 'From: a\r\n',
  'after a dot that could be the final one': 'From: a\r\n.',
  'before the last LF': 'From: a\r\n.\r',
  'after a bare-LF end': 'From: a\n.\n',
};

for (const [how, leave] of Object.entries(ways))
  for (const [where, octets] of Object.entries(places))
    test(`a peer that ${how} ${where}: abort once, never finish`, async (t) => {
      const { inData, reception, logged, server } = await scene(t);
      const client = await inData();
      const abort = reception.next('abort');
      if (octets !== '') {
        const seen = reception.next('chunk');
        client.send(octets);
        await seen;
      }
      leave(client);
      await abort;
      await server.close(1000);
      const [mail] = reception.mails;
      assert.deepEqual([mail?.finished, mail?.aborted], [0, 1]);
      assert.equal(reception.askedFor('goodbye').length, 1);
      assert.equal(logged.length, 1);
      assert.match(logged[0]?.message ?? '', /before the final dot/);
    });

test('a peer that falls silent in DATA: 421, abort once', async (t) => {
  const { connect, reception, server } = await scene(t, {}, { idleTimeout: 100 });
  const abort = reception.next('abort');
  const client = await connect();
  client.send('HELO a\r\nMAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\nFrom: a\r\n');
  await abort;
  const replies = await client.replies(6);
  assert.match(replies.at(-1) ?? '', /^421 4\.4\.2 /);
  await client.closed();
  await server.close(1000);
  assert.deepEqual([reception.mails[0]?.finished, reception.mails[0]?.aborted], [0, 1]);
});

test('a peer that is gone while an intake holds it back', async (t) => {
  const room = promised<undefined>();
  const { inData, reception, server } = await scene(t, { write: () => room.promise });
  const client = await inData();
  const chunk = reception.next('chunk');
  client.send('all of it\r\n.\r\n');
  await chunk;
  const abort = reception.next('abort');
  client.reset();
  await abort;
  room.fulfil(undefined);
  await server.close(1000);
  const [mail] = reception.mails;
  assert.deepEqual([mail?.finished, mail?.aborted], [0, 1]);
});

test('a peer that is gone while the mail is being stored: nothing is undone', async (t) => {
  const answer = promised<SmtpReply>();
  const { inData, reception, server, logged } = await scene(t, { finish: () => answer.promise });
  const client = await inData();
  const finishing = reception.next('finish');
  client.send('x\r\n.\r\nNOOP\r\n');
  await finishing;
  const goodbye = reception.next('goodbye');
  client.reset();
  await goodbye;
  answer.fulfil(stored);
  await server.close(1000);
  const [mail] = reception.mails;
  assert.equal(contentOf(mail), 'x\r\n');
  assert.deepEqual([mail?.finished, mail?.aborted], [1, 0]);
  assert.deepEqual(logged, []);
});

test('half a command before the end is not obeyed', async (t) => {
  const { greeted, reception, server } = await scene(t);
  const client = await greeted();
  await client.say(`MAIL FROM:<${sender}>`);
  await client.say(`RCPT TO:<${recipient}>`);
  const goodbye = reception.next('goodbye');
  client.send('DATA');
  client.end();
  await goodbye;
  await server.close(1000);
  assert.deepEqual(reception.mails, []);
});

test('a peer that leaves between greeting and QUIT is nothing to log', async (t) => {
  const { connect, greeted, reception, logged } = await scene(t);
  for (const leave of Object.values(ways)) {
    const goodbye = reception.next('goodbye');
    leave(await connect());
    await goodbye;
    const another = reception.next('goodbye');
    leave(await greeted());
    await another;
  }
  assert.deepEqual(logged, []);
});
