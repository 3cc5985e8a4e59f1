import assert from 'node:assert/strict';
import { test } from 'node:test';

import { contentOf, recipient, scene, sender, stored } from './support.ts';

test('a whole mail: what the reception is asked, and what it gets', async (t) => {
  const { greeted, reception } = await scene(t);
  const client = await greeted();
  assert.equal(await client.say(`MAIL FROM:<${sender}> SIZE=41230`), '250 2.1.0 Ok');
  assert.equal(await client.say(`RCPT TO:<${recipient}>`), '250 2.1.5 Ok');
  assert.match(await client.say('DATA'), /^354 /);
  client.send('From: a\r\n\r\nHello\r\n.\r\n');
  assert.equal(await client.reply(), '250 2.0.0 stored');
  const [mail] = reception.mails;
  assert.deepEqual(mail?.envelope, {
    mailFrom: sender,
    rcptTo: [recipient],
    size: 41230,
    ehlo: 'out1.op-a.example',
    tls: undefined,
  });
  assert.equal(mail.visitor.partner, 'op-a');
  assert.equal(contentOf(mail), 'From: a\r\n\r\nHello\r\n');
  assert.deepEqual([mail.finished, mail.aborted], [1, 0]);
  assert.deepEqual(reception.askedFor('mail'), [[sender, 41230]]);
  assert.deepEqual(reception.askedFor('rcpt'), [[recipient, 0]]);
});

test('addresses reach the reception as they were written', async (t) => {
  const { greeted, reception } = await scene(t);
  const client = await greeted();
  await client.say('MAIL FROM: <+447700900123/TYPE=PLMN>');
  const recipients = ['+447700900456/TYPE=PLMN', '"a > b"@XN--MNCHEN-3YA.Example', '60300', 'a.@b'];
  for (const to of recipients) assert.equal(await client.say(`RCPT TO:<${to}>`), '250 2.1.5 Ok');
  assert.match(await client.say('DATA'), /^354/);
  assert.equal(reception.mails[0]?.envelope.mailFrom, '+447700900123/TYPE=PLMN');
  assert.deepEqual(reception.mails[0].envelope.rcptTo, recipients);
});

test('the null sender is passed on', async (t) => {
  const { greeted, reception } = await scene(t);
  const client = await greeted();
  assert.equal(await client.say('MAIL FROM:<>'), '250 2.1.0 Ok');
  assert.deepEqual(reception.askedFor('mail'), [['', undefined]]);
});

test('refusals go out word by word, and one recipient refused does not cost the others', async (t) => {
  const { greeted, reception } = await scene(t, {
    rcpt: (_visitor, to, already) => {
      if (to === 'nobody') return { code: 550, enhanced: '5.1.1', text: 'No such number here' };
      if (already === 2) return { code: 452, enhanced: '4.5.3', text: 'Too many recipients' };
      return undefined;
    },
  });
  const client = await greeted();
  client.send(
    `MAIL FROM:<${sender}>\r\nRCPT TO:<a>\r\nRCPT TO:<nobody>\r\nRCPT TO:<a>\r\nRCPT TO:<c>\r\nDATA\r\n`,
  );
  assert.deepEqual(await client.replies(6), [
    '250 2.1.0 Ok',
    '250 2.1.5 Ok',
    '550 5.1.1 No such number here',
    '250 2.1.5 Ok',
    '452 4.5.3 Too many recipients',
    '354 End data with <CR><LF>.<CR><LF>',
  ]);
  assert.deepEqual(reception.mails[0]?.envelope.rcptTo, ['a', 'a']);
});

test('SIZE beyond what is announced is for the reception to judge', async (t) => {
  const tooBig = { code: 552, enhanced: '5.3.4', text: 'At most 446464 octets' };
  const { greeted, reception } = await scene(t, {
    mail: (_visitor, _from, size) => (size === 999_999 ? tooBig : undefined),
  });
  const client = await greeted();
  assert.equal(await client.say('MAIL FROM:<a@b> SIZE=999999'), '552 5.3.4 At most 446464 octets');
  assert.equal(await client.say('MAIL FROM:<a@b> SIZE=500000'), '250 2.1.0 Ok');
  assert.deepEqual(reception.askedFor('mail'), [
    ['a@b', 999_999],
    ['a@b', 500_000],
  ]);
});

test('a reply without an enhanced code gets the usual one of its code', async (t) => {
  const { greeted } = await scene(t, { mail: () => ({ code: 451, text: 'Try later' }) });
  const client = await greeted();
  assert.equal(await client.say('MAIL FROM:<a@b>'), '451 4.3.0 Try later');
});

test('control characters in a reply cannot make two of it', async (t) => {
  const { greeted } = await scene(t, {
    mail: () => ({ code: 550, enhanced: '5.7.1', text: 'Not\r\n250 you' }),
  });
  const client = await greeted();
  assert.equal(await client.say('MAIL FROM:<a@b>'), '550 5.7.1 Not  250 you');
});

test('a 421 of the reception ends the connection', async (t) => {
  const { greeted } = await scene(t, { mail: () => ({ code: 421, enhanced: '4.7.0', text: 'Too fast' }) });
  const client = await greeted();
  client.send('MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n');
  assert.equal(await client.reply(), '421 4.7.0 Too fast');
  assert.equal(await client.closed(), '');
});

test('commands out of order', async (t) => {
  const { connect } = await scene(t);
  const client = await connect();
  await client.reply();
  assert.match(await client.say('MAIL FROM:<a@b>'), /^503 5\.5\.1 /);
  await client.say('EHLO a');
  assert.match(await client.say('RCPT TO:<a@b>'), /^503 5\.5\.1 /);
  assert.match(await client.say('DATA'), /^503 5\.5\.1 /);
  assert.match(await client.say('MAIL FROM:<a@b>'), /^250 /);
  assert.match(await client.say('MAIL FROM:<a@b>'), /^503 5\.5\.1 /);
  assert.match(await client.say('RCPT TO:a@b'), /^553 5\.1\.3 /);
  assert.match(await client.say('DATA'), /^554 5\.5\.1 /);
});

test('RSET, EHLO and a mail end a transaction', async (t) => {
  const { greeted, reception } = await scene(t);
  const client = await greeted();
  for (const ender of ['RSET', 'EHLO again', 'HELO again']) {
    await client.say(`MAIL FROM:<${sender}>`);
    await client.say(`RCPT TO:<${recipient}>`);
    assert.match(await client.say(ender), /^250/);
    assert.match(await client.say('DATA'), /^503 /);
  }
  client.send('MAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\n');
  await client.replies(3);
  client.send('x\r\n.\r\nDATA\r\n');
  assert.equal(await client.reply(), '250 2.0.0 stored');
  assert.match(await client.reply(), /^503 /);
  assert.equal(reception.mails.length, 1);
});

test('mails and commands in one packet are taken in order', async (t) => {
  const { greeted, reception } = await scene(t, {
    finish: (mail) => Promise.resolve({ ...stored, text: `stored ${contentOf(mail).trim()}` }),
  });
  const client = await greeted();
  const mail = (n: number): string => `MAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\nmail ${n}\r\n.\r\n`;
  client.send(`${mail(1)}NOOP\r\n${mail(2)}RSET\r\n${mail(3)}QUIT\r\n`);
  const replies = await client.replies(15);
  assert.deepEqual(
    replies.filter((reply) => !/ Ok$|^354/.test(reply)),
    [
      '250 2.0.0 stored mail 1',
      '250 2.0.0 OK',
      '250 2.0.0 stored mail 2',
      '250 2.0.0 Flushed',
      '250 2.0.0 stored mail 3',
      '221 2.0.0 Bye',
    ],
  );
  await client.closed();
  assert.deepEqual(reception.mails.map(contentOf), ['mail 1\r\n', 'mail 2\r\n', 'mail 3\r\n']);
});

test('a reception that throws costs one command, and is logged', async (t) => {
  const { greeted, logged } = await scene(t, {
    mail: (_visitor, from) => {
      if (from === 'bad') throw new Error('a mistake');
      return undefined;
    },
    data: () => {
      throw new Error('another mistake');
    },
  });
  const client = await greeted();
  assert.match(await client.say('MAIL FROM:<bad>'), /^451 4\.3\.0 /);
  assert.match(await client.say('MAIL FROM:<good>'), /^250 /);
  await client.say('RCPT TO:<b>');
  assert.match(await client.say('DATA'), /^451 4\.3\.0 /);
  assert.match(await client.say('NOOP'), /^250 /);
  assert.equal(logged.length, 2);
  assert.match(logged[0]?.message ?? '', /a mistake/);
});
