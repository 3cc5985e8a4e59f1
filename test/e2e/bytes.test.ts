import assert from 'node:assert/strict';
import { test } from 'node:test';

import { scriptedPeer } from '../support/scripted-peer.ts';
import { forward, mail, recipient, sender, site, until } from './support.ts';

const head = (id: string, contentType: string): string =>
  [
    'Received: from far away by somewhere; Mon, 23 Nov 2026 11:00:00 +0000',
    'Date: Mon, 23 Nov 2026 12:00:00 +0000',
    `From: ${sender}`,
    `To: ${recipient}`,
    'Bcc: +447700900999/TYPE=PLMN@mmsc.hub.example',
    'X-Mms-3GPP-MMS-Version: 5.5.0',
    'X-Mms-Message-Type: MM4_forward.REQ',
    `X-Mms-Transaction-ID: "t-${id}"`,
    `X-Mms-Message-ID:`,
    ` "${id}@mmsc.op-a.example"`,
    'x-mms-PRIORITY:   High',
    'X-Vendor-Thing: folded',
    '\tand kept',
    'Subject: P\xc5\x99\xc3\xadjezd',
    `Content-Type: ${contentType}`,
  ].join('\r\n');

const bodies: Readonly<Record<string, string>> = {
  eightbit: '\x00\xff\xfe 8bit \x80\r\n',
  dots: '.\r\n..\r\n.hidden\r\n...\r\n',
  lonelf: 'bare\nline\nfeeds\r\n',
  barecr: 'bare\rreturns\r\n',
  boundary: '--=_"odd\r\n\r\npart\r\n--=_"odd--\r\n',
  blank: '\r\n\r\n\r\n',
  long: `${'x'.repeat(5_000)}\r\n`,
};

test(
  'bodies leave byte for byte, and of the header block only what is ours changes',
  { timeout: 120_000 },
  async () => {
    const b = await scriptedPeer({ host: '127.0.0.3', offers: ['8BITMIME'] });
    await using place = site({ b }, 'requestAck: false');
    const engine = await place.start();
    for (const [id, body] of Object.entries(bodies)) {
      const content = `${head(id, 'multipart/mixed; boundary="=_\\"odd"')}\r\n\r\n${body}`;
      assert.match((await mail(engine.smtpPort, content)) ?? '', /^250/, id);
    }
    await until('all bodies', () => b.mails.length === Object.keys(bodies).length);
    for (const { content } of b.mails) {
      const text = content.toString('latin1');
      const split = text.indexOf('\r\n\r\n');
      const id = /"(\w+)@mmsc/.exec(text)?.[1] ?? '';
      assert.equal(text.slice(split + 4), bodies[id], id);
      const ours =
        /^(Received: from test|Message-ID:|Sender:|From:|X-Mms-3GPP-MMS-Version:|X-Mms-Transaction-ID:|X-Mms-Ack-Request:|X-Mms-Originator-System:|Bcc:)/;
      const fields = (block: string): string[] =>
        block.split(/\r\n(?![ \t])/).filter((field) => field !== '' && !ours.test(field));
      assert.deepEqual(
        fields(text.slice(0, split)),
        fields(head(id, 'multipart/mixed; boundary="=_\\"odd"')),
        id,
      );
      assert.ok(!text.includes('Bcc:'));
    }
    await b.stop();
  },
);

test('no body, and not even a blank line', { timeout: 60_000 }, async () => {
  const b = await scriptedPeer({ host: '127.0.0.3' });
  await using place = site({ b }, 'requestAck: false');
  const engine = await place.start();
  assert.match((await mail(engine.smtpPort, forward('nobody', { body: '' }))) ?? '', /^250/);
  assert.match((await mail(engine.smtpPort, forward('noblank').split('\r\n\r\n')[0] ?? '')) ?? '', /^250/);
  await until('both', () => b.mails.length === 2);
  for (const { content } of b.mails) assert.equal(content.toString('latin1').split('\r\n\r\n')[1], '');
  await b.stop();
});
