import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';

import { startSmtpServer } from '../../adapters/smtp-in/server.ts';
import { beginData, ScriptedReception, scene, sender } from './support.ts';

const stranger = (address: string) => ({ visitor: { address, mayMail: false } });

test('a peer is greeted by name and told what is offered, and nothing that is not', async (t) => {
  const { connect, reception } = await scene(t);
  const client = await connect();
  assert.equal(await client.reply(), '220 mx.op-b.example ESMTP MM4');
  const offers = (await client.say('EHLO out1.op-a.example')).split('\n').map((line) => line.slice(4));
  assert.deepEqual(offers, [
    'mx.op-b.example',
    'PIPELINING',
    '8BITMIME',
    'ENHANCEDSTATUSCODES',
    'SIZE 446464',
  ]);
  assert.deepEqual(reception.askedFor('welcome'), [['127.0.0.1']]);
});

test('HELO serves as well', async (t) => {
  const { connect, reception } = await scene(t);
  const client = await connect();
  await client.reply();
  assert.equal(await client.say('HELO out1.op-a.example'), '250 mx.op-b.example');
  await beginData(client);
  assert.equal(reception.mails[0]?.envelope.ehlo, 'out1.op-a.example');
});

test('the greeting waits for no timer', async (t) => {
  const { connect } = await scene(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const client = await connect();
  assert.match(await client.reply(), /^220 /);
});

test('commands sent together with the connection are answered after the greeting', async (t) => {
  const { connect } = await scene(t);
  const client = await connect();
  client.send('EHLO a\r\nNOOP\r\n');
  const [greeting, ehlo, noop] = await client.replies(3);
  assert.match(greeting ?? '', /^220 /);
  assert.match(ehlo ?? '', /^250-/);
  assert.equal(noop, '250 2.0.0 OK');
});

test('a stranger gets 554 at the greeting and the line closed', async (t) => {
  const refused = { code: 554, enhanced: '5.7.1', text: 'No partner of ours' };
  const { connect, reception, server } = await scene(t, { welcome: () => ({ refused }) });
  const client = await connect();
  client.send('EHLO a\r\nMAIL FROM:<a@b>\r\n');
  assert.equal(await client.reply(), '554 5.7.1 No partner of ours');
  assert.equal(await client.closed(), '');
  assert.deepEqual(reception.asked, [['welcome', '127.0.0.1']]);
  await server.close(1000);
  assert.equal(server.connections(), 0);
});

test('who may not mail reaches EHLO, NOOP, RSET and QUIT, and nothing else', async (t) => {
  const { greeted, reception } = await scene(t, { welcome: stranger });
  const client = await greeted();
  assert.equal(await client.say('NOOP'), '250 2.0.0 OK');
  assert.equal(await client.say('RSET'), '250 2.0.0 Flushed');
  assert.match(await client.say(`MAIL FROM:<${sender}>`), /^530 5\.7\.0 /);
  assert.match(await client.say('RCPT TO:<a@b>'), /^503 5\.5\.1 /);
  assert.match(await client.say('DATA'), /^503 5\.5\.1 /);
  assert.match(await client.say('VRFY a@b'), /^500 5\.5\.2 /);
  assert.match(await client.say('HELP'), /^500 5\.5\.2 /);
  assert.match(await client.say('QUIT'), /^221 2\.0\.0 /);
  await client.closed();
  assert.deepEqual(reception.mails, []);
  assert.deepEqual(reception.askedFor('mail'), []);
});

test('a stranger cannot stay by talking', async (t) => {
  const { connect } = await scene(t, { welcome: stranger });
  const client = await connect();
  client.send('NOOP\r\n'.repeat(21));
  const replies = await client.replies(22);
  assert.equal(replies.at(-2), '250 2.0.0 OK');
  assert.match(replies.at(-1) ?? '', /^421 4\.7\.0 /);
  await client.closed();
});

test('one connection too many is told so, and asked nothing', async (t) => {
  const { connect, greeted, reception } = await scene(t, {}, { maxConnections: 1 });
  const first = await greeted();
  const second = await connect();
  assert.match(await second.reply(), /^421 4\.3\.2 /);
  await second.closed();
  assert.equal(reception.askedFor('welcome').length, 1);
  assert.match(await first.say('QUIT'), /^221 /);
  await first.closed();
  assert.match(await (await connect()).reply(), /^220 /);
});

test('strangers leave room for those who are known, and make room when they log in', async (t) => {
  let welcome = stranger;
  const options = { maxConnections: 9, auth: true, allowPlainAuth: true };
  const { connect, greeted, reception } = await scene(t, { welcome: (address) => welcome(address) }, options);
  const first = await greeted();
  await greeted();
  const third = await connect();
  assert.match(await third.reply(), /^421 4\.3\.2 /);
  await third.closed();
  assert.equal(reception.askedFor('goodbye').length, 1);
  assert.match(await first.say('AUTH PLAIN AGEAYg=='), /^235 /);
  assert.match(await (await connect()).reply(), /^220 /);
  assert.match(await (await connect()).reply(), /^421 /);
  welcome = (address) => ({ visitor: { address, mayMail: true } });
  assert.match(await (await connect()).reply(), /^220 /);
});

test('the reception hears once of each connection that is gone', async (t) => {
  const { greeted, reception } = await scene(t);
  const polite = await greeted();
  const goodbye = reception.next('goodbye');
  await polite.say('QUIT');
  await polite.closed();
  await goodbye;
  const rude = await greeted();
  const another = reception.next('goodbye');
  rude.reset();
  await another;
  assert.equal(reception.askedFor('goodbye').length, 2);
});

test('who says nothing for too long gets 421', async (t) => {
  const { connect, reception } = await scene(t, {}, { idleTimeout: 20 });
  const client = await connect();
  const [, timeout] = await client.replies(2);
  assert.match(timeout ?? '', /^421 4\.4\.2 /);
  await client.closed();
  assert.equal(reception.askedFor('goodbye').length, 1);
});

test('ten lines that are no commands end the connection', async (t) => {
  const { greeted } = await scene(t);
  const client = await greeted();
  client.send('BDAT 5 LAST\r\n'.repeat(10));
  const replies = await client.replies(10);
  assert.match(replies[8] ?? '', /^500 5\.5\.2 /);
  assert.match(replies[9] ?? '', /^421 /);
  await client.closed();
});

test('a command line without end ends the connection', async (t) => {
  const { greeted } = await scene(t);
  const client = await greeted();
  client.send('x'.repeat(20_000));
  assert.match(await client.reply(), /^421 /);
  await client.closed();
});

test('commands of no use do no harm', async (t) => {
  const { greeted } = await scene(t);
  const client = await greeted();
  assert.match(await client.say('VRFY a@b'), /^252 2\./);
  assert.match(await client.say('HELP'), /^214 2\.0\.0 /);
  for (const line of [
    'XCLIENT ADDR=192.0.2.1',
    'XFORWARD ADDR=192.0.2.1',
    'WIZ a',
    'SHELL',
    'AUTH PLAIN AGEAYg==',
    'STARTTLS',
    '',
  ])
    assert.match(await client.say(line), /^500 5\.5\.2 /, line);
});

test('an address that is taken rejects the start', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const start = startSmtpServer({
    host: '127.0.0.1',
    port: (other.address() as AddressInfo).port,
    name: 'mx',
    wireSize: 1,
    hardLimit: 1,
    auth: false,
    allowPlainAuth: false,
    maxConnections: 1,
    idleTimeout: 1000,
    reception: new ScriptedReception(),
    logger: { warn: () => undefined, error: () => undefined },
  });
  await assert.rejects(start, { code: 'EADDRINUSE' });
});
