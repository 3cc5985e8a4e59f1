import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodePdu } from '../../domain/mm4/decode.ts';
import { expectationOf } from '../../domain/mm4/expectation.ts';
import { judge } from '../../domain/mm4/verdict.ts';
import { arrivedAt, controlMail, forwardMail, readMail } from './support.ts';

interface Given {
  readonly strict?: boolean;
  readonly declaredSize?: number;
  readonly mailFrom?: string;
  readonly headerBytes?: number;
}

const limits = { decodedContent: 1_000, wireSize: 10_000, forwardCounter: 10 };

/** Outcome, errors and answer of a mail, as `mm4 decode` would print them. */
function judged(mail: string, given: Given = {}): { errors: unknown; response: unknown; outcome: unknown } {
  const envelope = {
    mailFrom: given.mailFrom ?? '+447700900123/TYPE=PLMN@mmsc.op-a.example',
    rcptTo: ['+447700900456/TYPE=PLMN@mmsc.op-b.example'],
  };
  const read = readMail(mail);
  const { fields, mime } = read;
  const pdu = decodePdu({ fields, mime, envelope, arrivedAt, strict: given.strict ?? false });
  const refusal = judge(pdu, {
    limits,
    declaredSize: given.declaredSize,
    wireSize: read.wireSize,
    decodedSize: mime.decodedSize,
    headTooLong: read.headTooLong,
    ownDomains: new Set(['mmsc.op-b.example', 'mms.mnc001.mcc001.gprs']),
  });
  const { outcome, errors, response } = expectationOf({
    pdu,
    rcptTo: envelope.rcptTo,
    arrivedAt,
    refusal,
    rcptReplies: [],
    deliverTo: [],
  });
  return { outcome, errors, response };
}

const res = (status: string, type = 'MM4_forward.RES'): object => ({
  channel: 'RES',
  smtpCode: 250,
  type,
  status,
  to: 'system-user@mmsc.op-a.example',
  transactionIdEchoed: '"tx-1"',
});
const smtp = (smtpCode: number, enhanced: string): object => ({ channel: 'SMTP', smtpCode, enhanced });
const noAnswer = { channel: 'none', smtpCode: 250 };

const body = (octets: number): string => `--b\r\n\r\n${'x'.repeat(octets)}\r\n--b--\r\n`;

test('a refusal is a RES where one was asked for, else an SMTP reply', () => {
  const cases: readonly [string, Record<string, string | null>, string, object, object][] = [
    ['oversize content', {}, body(1_001), res('Error-content-not-accepted'), smtp(552, '5.3.4')],
    [
      'conflicting header',
      { 'x-mms-expiry': '60', 'X-Mms-Expiry': '70' },
      body(1),
      res('Error-message-format-corrupt'),
      smtp(554, '5.6.0'),
    ],
    ['loop', { 'X-Mms-Forward-Counter': '11' }, body(1), res('Error-service-denied'), smtp(554, '5.4.6')],
    [
      'unknown transfer encoding',
      { 'Content-Type': 'text/plain', 'Content-Transfer-Encoding': 'x-uuencode' },
      'x',
      res('Error-content-not-accepted'),
      smtp(554, '5.6.0'),
    ],
    [
      'unknown type',
      { 'X-Mms-Message-Type': 'MM4_capability_negotiation.REQ' },
      body(1),
      res('Error-unsupported-message', 'MM4_capability_negotiation.RES'),
      smtp(554, '5.6.0'),
    ],
  ];
  for (const [name, headers, content, asked, unasked] of cases) {
    assert.deepEqual(judged(forwardMail(headers, content)).response, asked, name);
    const quiet = forwardMail({ ...headers, 'X-Mms-Ack-Request': 'No' }, content);
    assert.deepEqual(judged(quiet).response, unasked, name);
  }
});

test('what no RES can answer is refused in SMTP though an answer was asked for', () => {
  const unknown = forwardMail({ 'X-Mms-Message-Type': 'MM4_cancel' });
  assert.deepEqual(judged(unknown).response, smtp(554, '5.6.0'), 'no REQ, so no RES');
  const nameless = forwardMail({
    'X-Mms-Transaction-ID': null,
    'X-Mms-Message-ID': null,
    'Message-ID': null,
  });
  assert.deepEqual(judged(nameless).response, smtp(554, '5.6.0'), 'nothing to echo');
  const strictly = { strict: true };
  const untyped = judged(forwardMail({ 'X-Mms-Message-Type': null }), strictly);
  assert.deepEqual(untyped.response, smtp(554, '5.6.0'), 'strict: no type');
  const homeless = forwardMail({
    'X-Mms-Originator-System': null,
    'X-Mms-Forward-Counter': '11',
  });
  assert.deepEqual(judged(homeless, { mailFrom: '' }).response, smtp(554, '5.4.6'), 'nowhere to mail it');
});

test('a header that comes twice is refused by RES, also where it is the transaction id: the first one is echoed', () => {
  const twice = (second: string): string =>
    forwardMail({}, body(1)).replace('Date:', `X-Mms-Transaction-ID: ${second}\r\nDate:`);
  const corrupt = (raw: string): object => ({
    ...res('Error-message-format-corrupt'),
    transactionIdEchoed: raw,
  });
  assert.deepEqual(judged(twice('"tx-1"'), { strict: true }).response, corrupt('"tx-1"'));
  assert.deepEqual(judged(twice('"tx-2"')).response, corrupt('"tx-2"'));
});

test('of several refusals the first in precedence decides, and all are named', () => {
  const everything = forwardMail(
    {
      'X-Mms-Forward-Counter': '11',
      'X-Mms-3GPP-MMS-Version': '9.0.0',
      From: null,
    },
    body(1_001),
  );
  const { errors, response } = judged(everything, { strict: true });
  assert.deepEqual(response, res('Error-content-not-accepted'));
  assert.deepEqual(
    new Set(errors as string[]),
    new Set(['oversize', 'missing-mandatory:from', 'unsupported-version', 'loop-detected']),
  );
  assert.deepEqual(judged(everything, { strict: true, declaredSize: 20_000 }).response, smtp(552, '5.3.4'));
});

test('the size limit is on the decoded parts and the subject, and on the wire', () => {
  assert.equal(judged(forwardMail({}, body(1_000))).outcome, 'accept');
  assert.deepEqual(judged(forwardMail({ Subject: 'x' }, body(1_000))).errors, ['oversize']);
  assert.deepEqual(judged(forwardMail(), { declaredSize: 10_001 }).response, smtp(552, '5.3.4'));
  assert.deepEqual(judged(forwardMail({ 'X-A': 'a'.repeat(10_000) })).response, smtp(552, '5.3.4'));
});

test('a loop: our own domain in two Received lines, or more than a hundred of them', () => {
  const received = (by: string, times: number): string =>
    `Received: from x by ${by} with ESMTP; Mon, 23 Nov 2026 12:00:00 +0000\r\n`.repeat(times);
  const loops = (lines: string): boolean =>
    (judged(`${lines}${forwardMail()}`).errors as string[]).includes('loop-detected');
  assert.equal(loops(received('mmsc.op-b.example', 1)), false);
  assert.equal(loops(received('MMSC.op-b.example', 2)), true);
  assert.equal(
    loops(received('mmsc.op-b.example', 1) + received('mms.mnc001.mcc001.gprs', 1)),
    true,
    'any of our domains',
  );
  assert.equal(loops(received('elsewhere.example', 100)), false);
  assert.deepEqual(judged(`${received('e.example', 101)}${forwardMail()}`).errors, ['loop-detected']);
});

test('the counter may reach its limit', () => {
  assert.equal(judged(forwardMail({ 'X-Mms-Forward-Counter': '10' }, body(1))).outcome, 'accept');
});

test('a RES is never answered, not even a malformed one', () => {
  const ok = controlMail('MM4_forward.RES', {
    'X-Mms-Request-Status-Code': 'Ok',
    'X-Mms-Ack-Request': 'Yes',
  });
  assert.deepEqual(judged(ok).response, noAnswer);
  const twice = ok.replace('Date:', 'X-Mms-Transaction-ID: other\r\nDate:');
  assert.deepEqual(judged(twice).response, smtp(554, '5.6.0'));
});

test('a report is answered at its Originator-System, its Sender, its reverse path', () => {
  const to = (changes: Record<string, string | null>, mailFrom = 'mmsc@b.example'): unknown => {
    const report = controlMail('MM4_delivery_report.REQ', {
      'X-Mms-MM-Status-Code': 'Retrieved',
      'X-Mms-Ack-Request': 'Yes',
      ...changes,
    });
    return (judged(report, { mailFrom }).response as { to?: string }).to;
  };
  assert.equal(to({ 'X-Mms-Originator-System': 'system@b.example' }), 'system@b.example');
  assert.equal(to({}), 'system-user@mmsc.op-b.example');
  assert.equal(to({ Sender: 'MMSC <a@b.example>' }), 'a@b.example');
  assert.equal(to({ Sender: null }), 'mmsc@b.example');
  assert.equal(to({ Sender: null }, ''), undefined);
});

test('strictly there is no RES without Originator-System', () => {
  const mail = forwardMail({ 'X-Mms-Originator-System': null }, body(1));
  assert.deepEqual(judged(mail, { strict: true }), {
    outcome: 'accept-with-warnings',
    errors: [],
    response: noAnswer,
  });
  assert.deepEqual(judged(mail).response, res('Ok'));
});

test('no ack asked: nothing but the 250', () => {
  const quiet = judged(forwardMail({ 'X-Mms-Ack-Request': null }, body(1)));
  assert.deepEqual(quiet, { outcome: 'accept', errors: [], response: noAnswer });
});
