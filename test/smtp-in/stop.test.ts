import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { SmtpReply } from '../../domain/ports.ts';
import { RawClient } from './raw-client.ts';
import { beginData, certificate, promised, scene, sender, stored } from './support.ts';

test('who is idle or between commands gets 421, and nobody new is let in', async (t) => {
  const { greeted, connect, server, reception } = await scene(t);
  const fresh = await connect();
  await fresh.reply();
  const busy = await greeted();
  await busy.say(`MAIL FROM:<${sender}>`);
  assert.equal(server.connections(), 2);
  const stopped = server.close(60_000);
  for (const client of [fresh, busy]) {
    assert.match(await client.reply(), /^421 4\.3\.2 /);
    await client.closed();
  }
  await stopped;
  assert.equal(server.connections(), 0);
  assert.equal(reception.askedFor('goodbye').length, 2);
  await assert.rejects(RawClient.connect(server.address.port), { code: 'ECONNREFUSED' });
});

test('a mail on its way in is taken to its end, then 421', async (t) => {
  const { inData, server, reception } = await scene(t);
  const client = await inData();
  const stopped = server.close(60_000);
  client.send('x\r\n.\r\nMAIL FROM:<too-late>\r\n');
  assert.equal(await client.reply(), '250 2.0.0 stored');
  assert.match(await client.reply(), /^421 4\.3\.2 /);
  assert.equal(await client.closed(), '');
  await stopped;
  assert.equal(reception.mails[0]?.finished, 1);
  assert.equal(reception.askedFor('mail').length, 1);
});

test('who does not come to an end is cut off when the grace is over', async (t) => {
  const { inData, server, reception } = await scene(t);
  const client = await inData();
  client.send('x\r\n');
  await server.close(10);
  await client.closed();
  const [mail] = reception.mails;
  assert.deepEqual([mail?.finished, mail?.aborted], [0, 1]);
});

test('a mail that is being stored when the grace is over is not answered, and not undone', async (t) => {
  const answer = promised<SmtpReply>();
  const { inData, server, reception } = await scene(t, { finish: () => answer.promise });
  const client = await inData();
  const finishing = reception.next('finish');
  client.send('x\r\n.\r\n');
  await finishing;
  await server.close(10);
  assert.equal(await client.closed(), '');
  answer.fulfil(stored);
  assert.deepEqual([reception.mails[0]?.finished, reception.mails[0]?.aborted], [1, 0]);
});

test('stopping in the middle of a TLS handshake', async (t) => {
  const { greeted, server } = await scene(t, {}, { tls: certificate });
  const client = await greeted();
  await client.say('STARTTLS');
  await server.close(10);
  assert.equal(await client.closed(), '');
});

test('stopping twice', async (t) => {
  const { greeted, server } = await scene(t);
  const client = await greeted();
  await Promise.all([server.close(1000), server.close(1000), client.reply()]);
  await server.close(1000);
});

test('the dialogue can be listened to: every line, no password, no content', async (t) => {
  const lines: string[] = [];
  const { greeted, server } = await scene(
    t,
    {},
    {
      auth: true,
      allowPlainAuth: true,
      onLine: ({ from, text }) => lines.push(`${from === 'us' ? 'S' : 'C'}: ${text}`),
    },
  );
  const client = await greeted();
  await client.say(`AUTH PLAIN ${Buffer.from('\0op-a\0secret').toString('base64')}`);
  await beginData(client);
  await client.say('content\r\n.');
  await client.say('QUIT');
  await server.close(1000);
  assert.deepEqual(
    lines.filter((line) => !line.startsWith('S: 250-')),
    [
      'S: 220 mx.op-b.example ESMTP MM4',
      'C: EHLO Out1.op-a.example',
      'C: AUTH PLAIN /* secured */',
      'S: 235 2.7.0 Authentication successful',
      `C: MAIL FROM:<${sender}>`,
      'S: 250 2.1.0 Ok',
      'C: RCPT TO:<+447700900456/TYPE=PLMN@op-b.example>',
      'S: 250 2.1.5 Ok',
      'C: DATA',
      'S: 354 End data with <CR><LF>.<CR><LF>',
      'S: 250 2.0.0 stored',
      'C: QUIT',
      'S: 221 2.0.0 Bye',
    ],
  );
});
