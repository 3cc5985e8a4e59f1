import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { matchReport } from '../../domain/mm4/report-match.ts';
import {
  asDelivery,
  asForward,
  asRead,
  asRes,
  controlMail,
  decodeMail,
  forwardMail,
  readMail,
} from './support.ts';

test('no Message-Type but other X-Mms headers: a forward.REQ', () => {
  assert.equal(decodeMail(forwardMail({ 'X-Mms-Message-Type': null })).kind, 'MM4_forward.REQ');
});

test('Message-Type in other cases and with an underscore', () => {
  for (const type of ['MM4_Forward.REQ', 'MM4_FORWARD_REQ', 'mm4_forward.req']) {
    const pdu = decodeMail(forwardMail({ 'X-Mms-Message-Type': type }));
    assert.equal(pdu.kind, 'MM4_forward.REQ');
    assert.ok(pdu.warnings.includes('message-type-case'), type);
  }
});

test('missing elements of a forward, leniently', () => {
  const cases: readonly [Record<string, string | null>, string][] = [
    [{ 'X-Mms-3GPP-MMS-Version': null }, 'version-missing'],
    [{ 'X-Mms-3GPP-MMS-Version': '7.0.0' }, 'version-unknown-major'],
    [{ 'X-Mms-Transaction-ID': null }, 'transaction-id-synthesised'],
    [{ 'X-Mms-Message-ID': null }, 'message-id-from-rfc5322'],
    [{ From: null }, 'from-missing-used-envelope'],
    [{ Date: null }, 'date-missing'],
    [{ 'Content-Type': null }, 'content-type-missing'],
    [{ 'X-Mms-Originator-System': null }, 'originator-system-missing'],
    [{ 'X-Mms-Priority': 'Urgent' }, 'enum-unknown-defaulted'],
    [{ 'X-Mms-Transaction-ID': '<tx-1>' }, 'id-quoting-nonstandard'],
    [{ From: '+447700900999/TYPE=PLMN' }, 'header-envelope-mismatch'],
    [{ To: '+447700900456@mmsc.op-b.example' }, 'address-type-missing'],
    [{ 'X-Mms-Expiry': '2026-11-24T12:00:00Z' }, 'expiry-nonstandard-form'],
    [{ 'X-Mms-Something': '1' }, 'unknown-x-mms-header'],
  ];
  for (const [changes, warning] of cases) {
    const pdu = decodeMail(forwardMail(changes));
    assert.deepEqual(pdu.errors, [], warning);
    assert.ok(pdu.warnings.includes(warning), `${warning}: ${pdu.warnings.join()}`);
  }
});

test('missing elements of a forward, strictly', () => {
  const cases: readonly [Record<string, string | null>, string][] = [
    [{ 'X-Mms-3GPP-MMS-Version': null }, 'missing-mandatory:version'],
    [{ 'X-Mms-3GPP-MMS-Version': '9.1.0' }, 'unsupported-version'],
    [{ 'X-Mms-Transaction-ID': null }, 'missing-mandatory:transactionId'],
    [{ 'X-Mms-Message-ID': null }, 'missing-mandatory:messageId'],
    [{ From: null }, 'missing-mandatory:from'],
    [{ To: null }, 'missing-mandatory:to'],
    [{ Date: null }, 'missing-mandatory:date'],
    [{ 'Content-Type': null }, 'missing-mandatory:contentType'],
  ];
  for (const [changes, error] of cases) {
    assert.ok(decodeMail(forwardMail(changes), { strict: true }).errors.includes(error), error);
  }
});

test('a single header that comes twice: equal is a warning, different an error', () => {
  const twice = (second: string): string =>
    forwardMail().replace('Date:', `X-Mms-Transaction-ID: ${second}\r\nDate:`);
  assert.deepEqual(decodeMail(twice('tx-1')).warnings.includes('duplicate-header-equal'), true);
  assert.deepEqual(decodeMail(twice('"tx-2"')).errors, ['duplicate-header-conflict:transactionId']);
});

test('the answer goes to Originator-System, else to a Sender that is no phone, else to the peer’s system user', () => {
  const answerTo = (changes: Record<string, string | null>): string | null =>
    decodeMail(forwardMail(changes)).answerTo;
  assert.equal(answerTo({}), 'system-user@mmsc.op-a.example');
  assert.equal(answerTo({ 'X-Mms-Originator-System': null, Sender: 'mms@op-a.example' }), 'mms@op-a.example');
  assert.equal(
    answerTo({ 'X-Mms-Originator-System': null, Sender: '+447700900123/TYPE=PLMN@x.example' }),
    'system-user@mmsc.op-a.example',
  );
  const privateForm = decodeMail(
    forwardMail({ 'X-Mms-Originator-System': 'system=mx.op-a.example;party=+1' }),
  );
  assert.equal(privateForm.answerTo, 'system-user@mx.op-a.example');
  assert.ok(privateForm.warnings.includes('originator-system-not-addrspec'));
  assert.equal(answerTo({ 'X-Mms-Ack-Request': 'No' }), null);
});

test('a forward counter of any length counts', () => {
  const counter = (text: string): number =>
    asForward(decodeMail(forwardMail({ 'X-Mms-Forward-Counter': text }))).flags.forwardCounter;
  assert.equal(counter('3'), 3);
  assert.equal(counter('9'.repeat(30)), Number.MAX_SAFE_INTEGER);
});

test('header aliases: used, and beaten silently by the canonical name', () => {
  const status = asDelivery(
    decodeMail(controlMail('MM4_delivery_report.REQ', { 'X-Mms-Status': 'Retrieved' })),
  );
  assert.equal(status.status.mmStatus, 'Retrieved');
  assert.ok(status.warnings.includes('header-alias-used'));
  const both = { 'X-Mms-Read-Status': 'Read', 'X-Mms-MM-Read-Status': 'Deleted without being read' };
  const read = asRead(decodeMail(controlMail('MM4_read_reply_report.REQ', both)));
  assert.equal(read.status.readStatus, 'Read');
  assert.deepEqual(read.warnings, []);
});

test('mbuni: swapped reports and later ones without From are matched by membership', () => {
  const recipients = ['+447700900456'];
  const swapped = asDelivery(
    decodeMail(
      controlMail('MM4_delivery_report.REQ', {
        From: '+447700900123/TYPE=PLMN@mmsc.op-a.example',
        To: '+447700900456/TYPE=PLMN',
        'X-Mms-MM-Status-Code': 'Expired',
      }),
    ),
  );
  assert.deepEqual(
    [matchReport(swapped, recipients)?.recipient.value, matchReport(swapped, recipients)?.swapped],
    ['+447700900456', true],
  );
  const senderOnly = asDelivery(
    decodeMail(
      controlMail('MM4_delivery_report.REQ', {
        From: null,
        Sender: '+447700900456/TYPE=PLMN@b.example',
        'X-Mms-MM-Status-Code': 'Expired',
      }),
    ),
  );
  assert.equal(matchReport(senderOnly, recipients)?.recipient.value, '+447700900456');
  assert.equal(matchReport(senderOnly, ['+447700900001', '+447700900002']), null);
});

test('mmsgw: flags as 1 and 0, recipients of a RES joined by full stops', () => {
  assert.equal(
    asForward(decodeMail(forwardMail({ 'X-Mms-Delivery-Report': '1' }))).flags.deliveryReport,
    true,
  );
  const joined = '+447700900456/TYPE=PLMN@b.example.+447700900457/TYPE=PLMN@b.example';
  const res = asRes(
    decodeMail(
      controlMail('MM4_forward.RES', {
        'X-Mms-Request-Status-Code': 'Ok',
        'X-Mms-Request-Recipients': joined,
      }),
    ),
  );
  assert.deepEqual(
    res.status.recipients?.map(({ value }) => value),
    ['+447700900456', '+447700900457'],
  );
});

test('hermes and anf: a header block that ends in a bare line feed, or does not end at all', () => {
  const headers =
    'X-Mms-Message-Type: MM4_forward.RES\r\nX-Mms-Transaction-ID: t\r\nX-Mms-Request-Status-Code: Ok';
  for (const end of ['\r\n\n', '\r\n\r\n', '\r\n', '']) {
    const read = readMail(headers + end);
    assert.equal(read.bodySize, 0);
    assert.equal(asRes(decodeMail(headers + end)).status.requestStatus, 'Ok');
    assert.equal(Buffer.from(read.head).toString('latin1'), headers + end);
  }
});

test('a RES is read leniently also by strict partners', () => {
  const res = decodeMail(controlMail('MM4_forward.RES', { 'X-Mms-3GPP-MMS-Version': null, Date: null }), {
    strict: true,
  });
  assert.deepEqual(res.errors, []);
  assert.ok(res.warnings.includes('version-missing'));
});

test('a report without its status is malformed', () => {
  assert.deepEqual(decodeMail(controlMail('MM4_delivery_report.REQ')).errors, ['missing-mandatory:mmStatus']);
  assert.deepEqual(decodeMail(controlMail('MM4_read_reply_report.REQ')).errors, [
    'missing-mandatory:readStatus',
  ]);
});

test('the sample message of the NowSMS training deck, as printed and with its blank lines put back', () => {
  const printed = readFileSync(new URL('../fixtures/seed-forward.eml', import.meta.url), 'latin1');
  const repaired = printed
    .replace('<SaturnPics-01020930@news.tnn.com>\r\n', '<SaturnPics-01020930@news.tnn.com>\r\n\r\n')
    .replace('charset="us-ascii"\r\n', 'charset="us-ascii"\r\n\r\n')
    .replace('Encoding: base64\r\n', 'Encoding: base64\r\n\r\n');
  for (const mail of [printed, repaired]) {
    const pdu = asForward(decodeMail(mail));
    assert.equal(pdu.transactionId?.raw, '"60755231.94578772@mmsc"');
    assert.equal(pdu.messageId?.normal, '148478240@mmsc.hub');
    assert.deepEqual(
      pdu.parts.map(({ type, encoding, contentId, size }) => [type, encoding, contentId, size]),
      [
        ['text/plain', '7bit', undefined, 36],
        ['image/gif', 'base64', 'saturn.gif', 56],
      ],
    );
  }
});
