import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { scriptedPeer } from '../support/scripted-peer.ts';
import { forward, mail, ofType, site, until } from './support.ts';

const body = 'P\xc5\x99\xc3\xadjezd\r\n';
const eightBit = forward('eight', { body }).replace('text/plain', 'text/plain; charset=utf-8');

test(
  'a partner that takes neither 8 bits nor single parts gets a derived body with a digest of its own',
  { timeout: 60_000 },
  async () => {
    const b = await scriptedPeer({ host: '127.0.0.3', offers: [] });
    await using place = site(
      { b },
      'requestAck: false',
      'sevenBitOnly: true, alwaysMultipart: true, foldLongLines: true',
    );
    const engine = await place.start();
    assert.match((await mail(engine.smtpPort, eightBit)) ?? '', /^250/);
    await until('the forward', () => b.mails.length === 1);
    const sent = b.mails[0]?.content.toString('latin1') ?? '';
    const derived = sent.slice(sent.indexOf('\r\n\r\n') + 4);
    assert.match(sent, /^Content-Type: multipart\/mixed; boundary="mm4-/m);
    assert.ok(!/[\x80-\xff]/.test(derived));
    assert.ok(derived.includes(Buffer.from(body, 'latin1').toString('base64')));
    await until('the record', async () => ofType(await place.events(), 'ForwardSent').length === 1);
    const [recorded] = ofType(await place.events(), 'ForwardSent');
    assert.equal(recorded?.['bodySha256'], createHash('sha256').update(derived, 'latin1').digest('hex'));
    await b.stop();
  },
);

test(
  'without the switch an 8-bit body for such a partner is refused with that reason',
  { timeout: 60_000 },
  async () => {
    const b = await scriptedPeer({ host: '127.0.0.3', offers: [] });
    await using place = site({ b }, 'requestAck: false');
    const engine = await place.start();
    assert.match((await mail(engine.smtpPort, eightBit)) ?? '', /^250/);
    await until('the refusal', async () => ofType(await place.events(), 'ForwardRefused').length === 1);
    const [refused] = ofType(await place.events(), 'ForwardRefused');
    const why = refused?.['why'] as { by: string; text: string };
    assert.equal(why.by, 'us');
    assert.match(why.text, /sevenBitOnly is not switched on/);
    assert.equal(b.mails.length, 0);
    await b.stop();
  },
);
