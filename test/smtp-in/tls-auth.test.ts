import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { Reception } from '../../engine/reception.ts';
import { beginData, certificate, contentOf, scene, sender } from './support.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const plain = (login: string, password: string): string => `AUTH PLAIN ${base64(`\0${login}\0${password}`)}`;

/** Strangers may log in; `op-a` with the password `secret` may mail. */
const loginOnly: Partial<Reception> = {
  welcome: (address) => ({ visitor: { address, mayMail: false } }),
  login: (visitor, login, password) =>
    login === 'op-a' && password === 'secret'
      ? { address: visitor.address, mayMail: true, partner: 'op-a', account: login }
      : { code: 535, enhanced: '5.7.8', text: 'Wrong login or password' },
};
const plainAuth = { auth: true, allowPlainAuth: true };

test('a stranger who logs in may mail: PLAIN in one line', async (t) => {
  const { greeted, reception } = await scene(t, loginOnly, plainAuth);
  const client = await greeted();
  assert.match(await client.say('EHLO a'), /\n250-AUTH PLAIN LOGIN\n/);
  assert.match(await client.say(`MAIL FROM:<${sender}>`), /^530 5\.7\.0 /);
  assert.equal(await client.say(plain('op-a', 'secret')), '235 2.7.0 Authentication successful');
  await beginData(client);
  assert.match(await client.say('x\r\n.'), /^250 /);
  assert.equal(reception.mails[0]?.visitor.account, 'op-a');
  const goodbye = reception.next('goodbye');
  await client.say('QUIT');
  await goodbye;
  assert.deepEqual(reception.askedFor('goodbye'), [['op-a']]);
});

test('PLAIN and LOGIN in several lines', async (t) => {
  const { greeted, reception } = await scene(t, loginOnly, plainAuth);
  const one = await greeted();
  assert.equal(await one.say('AUTH PLAIN'), '334 ');
  assert.match(await one.say(base64('\0op-a\0secret')), /^235 /);
  const two = await greeted();
  assert.equal(await two.say('AUTH LOGIN'), `334 ${base64('Username:')}`);
  assert.equal(await two.say(base64('op-a')), `334 ${base64('Password:')}`);
  assert.match(await two.say(base64('secret')), /^235 /);
  assert.deepEqual(reception.askedFor('login'), [
    ['', 'op-a', 'secret'],
    ['', 'op-a', 'secret'],
  ]);
});

test('a wrong password gets the reply of the reception, the third ends the connection', async (t) => {
  const { greeted } = await scene(t, loginOnly, plainAuth);
  const client = await greeted();
  assert.equal(await client.say(plain('op-a', 'x')), '535 5.7.8 Wrong login or password');
  assert.match(await client.say(`MAIL FROM:<${sender}>`), /^530 /);
  assert.equal(await client.say(plain('op-a', 'y')), '535 5.7.8 Wrong login or password');
  assert.match(await client.say(plain('op-a', 'z')), /^421 4\.7\.0 /);
  await client.closed();
});

test('logging in twice, or by another mechanism, is refused', async (t) => {
  const { greeted } = await scene(t, loginOnly, plainAuth);
  const client = await greeted();
  assert.match(await client.say('AUTH CRAM-MD5'), /^504 5\.5\.4 /);
  await client.say(plain('op-a', 'secret'));
  assert.match(await client.say(plain('op-a', 'secret')), /^503 5\.5\.1 /);
});

test('AUTH is not offered on a plain connection unless that is allowed', async (t) => {
  const { greeted, reception } = await scene(t, loginOnly, { auth: true, tls: certificate });
  const client = await greeted();
  assert.doesNotMatch(await client.say('EHLO a'), /AUTH/);
  assert.match(await client.say(plain('op-a', 'secret')), /^500 /);
  assert.deepEqual(reception.askedFor('login'), []);
});

test('STARTTLS, AUTH, mail', async (t) => {
  const { greeted, reception } = await scene(t, loginOnly, { auth: true, tls: certificate });
  const client = await greeted();
  assert.match(await client.say('EHLO a'), /\n250-STARTTLS\n/);
  assert.match(await client.say('STARTTLS'), /^220 2\.0\.0 /);
  await client.startTls();
  assert.match(await client.say('MAIL FROM:<a>'), /^503 /, 'EHLO is forgotten');
  const offers = await client.say('EHLO a');
  assert.match(offers, /\n250-AUTH PLAIN LOGIN\n/);
  assert.doesNotMatch(offers, /STARTTLS/);
  assert.match(await client.say(plain('op-a', 'secret')), /^235 /);
  await beginData(client);
  client.send('..x\r\n.\r\nQUIT\r\n');
  assert.deepEqual(await client.replies(2), ['250 2.0.0 stored', '221 2.0.0 Bye']);
  const [mail] = reception.mails;
  assert.equal(contentOf(mail), '.x\r\n');
  assert.match(mail?.envelope.tls ?? '', /^TLSv1\.\d TLS_\w+$/);
  assert.equal(reception.askedFor('welcome').length, 1);
});

test('what was said before TLS is forgotten, what was sent along with STARTTLS is thrown away', async (t) => {
  const { greeted, reception } = await scene(t, {}, { tls: certificate });
  const client = await greeted();
  await client.say(`MAIL FROM:<${sender}>`);
  client.send('STARTTLS\r\nMAIL FROM:<evil>\r\nEHLO evil\r\n');
  assert.match(await client.reply(), /^220 /);
  await client.startTls();
  await client.say('EHLO a');
  assert.match(await client.say('RCPT TO:<b>'), /^503 /);
  assert.deepEqual(reception.askedFor('mail'), [[sender, undefined]]);
});

test('STARTTLS after AUTH is refused: the reception could not forget the login', async (t) => {
  const { greeted } = await scene(t, loginOnly, { ...plainAuth, tls: certificate });
  const client = await greeted();
  await client.say(plain('op-a', 'secret'));
  assert.match(await client.say('STARTTLS'), /^503 5\.5\.1 /);
  assert.match(await client.say(`MAIL FROM:<${sender}>`), /^250 /);
});

test('a handshake that fails ends its connection only, and is logged', async (t) => {
  const { greeted, reception, logged } = await scene(t, {}, { tls: certificate });
  const client = await greeted();
  await client.say('STARTTLS');
  const goodbye = reception.next('goodbye');
  client.send('EHLO this is no handshake\r\n');
  await client.closed();
  await goodbye;

  assert.deepEqual(
    logged.map(({ message }) => message),
    ['an SMTP connection failed'],
  );
  assert.match(await (await greeted()).say('NOOP'), /^250 /);
});
