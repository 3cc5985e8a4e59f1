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
  const pdu = decodeMail(forwardMail({ 'X-Mms-Message-Type': null }));
  assert.equal(pdu.kind, 'MM4_forward.REQ');
  assert.ok(pdu.warnings.includes('enum-unknown-defaulted'));
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
    [{ From: '<>' }, 'from-missing-used-envelope'],
    [{ Date: null }, 'date-missing'],
    [{ 'Content-Type': null }, 'content-type-missing'],
    [{ 'Content-Type': '' }, 'content-type-missing'],
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
  // The only recipient this partner has is meant where nobody else of the message is named.
  assert.equal(matchReport(senderOnly, ['+447700900001'])?.recipient.value, '+447700900001');
  assert.equal(matchReport(senderOnly, ['+447700900001'], ['+447700900456']), null);
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

test('every alias of Appendix A is read like the canonical name, with a warning', () => {
  const hop = '0, Sun, 22 Nov 2026 08:00:00 GMT';
  const cases: readonly [string, string, string, string][] = [
    ['MM4_forward.REQ', 'X-Mms-3GPP-MMS-Version', 'X-Mms-3GPP-Version', '5.3.0'],
    ['MM4_delivery_report.REQ', 'X-Mms-MM-Status-Code', 'X-Mms-Status', 'Expired'],
    ['MM4_delivery_report.REQ', 'X-Mms-MM-Status-Code', 'X-Mms-Status-Code', 'Expired'],
    ['MM4_read_reply_report.REQ', 'X-Mms-Read-Status', 'X-Mms-MM-Read-Status', 'Deleted without being read'],
    ['MM4_forward.REQ', 'X-Mms-Read-Reply', 'X-Mms-Read-Report', 'Yes'],
    ['MM4_forward.RES', 'X-Mms-Request-Status-Code', 'X-Mms-Response-Status', 'Error-service-denied'],
    ['MM4_forward.RES', 'X-Mms-Status-Text', 'X-Mms-Response-Text', 'no'],
    ['MM4_forward.REQ', 'X-Mms-Previously-sent-date-and-time', 'X-Mms-Previously-Sent-Date', hop],
  ];
  for (const [type, canonical, alias, value] of cases) {
    const decoded = (name: string): Record<string, unknown> => {
      const headers = { 'X-Mms-3GPP-MMS-Version': null, [name]: value };
      const mail = type === 'MM4_forward.REQ' ? forwardMail(headers) : controlMail(type, headers);
      const { fields: _fields, ...pdu } = decodeMail(mail);
      return pdu;
    };
    const { warnings: plain, ...byName } = decoded(canonical);
    const { warnings, ...byAlias } = decoded(alias);
    assert.deepEqual(byAlias, byName, alias);
    const others = (warnings as string[]).filter((warning) => warning !== 'header-alias-used');
    assert.deepEqual(others, plain, alias);
    assert.ok((warnings as string[]).includes('header-alias-used'), alias);
  }
});

test('of two aliases the first of the table counts, wherever it stands', () => {
  const both = { 'X-Mms-Status-Code': 'Expired', 'X-Mms-Status': 'Retrieved' };
  const pdu = asDelivery(decodeMail(controlMail('MM4_delivery_report.REQ', both)));
  assert.deepEqual([pdu.status.mmStatus, pdu.errors], ['Retrieved', []]);
});

test('repeated headers are equal in their normal form', () => {
  const cases: readonly [string, string, string][] = [
    ['X-Mms-Message-ID', '"mm-2"', '<mm-2>'],
    ['X-Mms-Priority', 'High', 'high'],
    ['X-Mms-Expiry', 'Tue, 24 Nov 2026 12:00:00 GMT', '2026-11-24T12:00:00Z'],
    ['From', '+447700900123/TYPE=PLMN', '"Jane" <+447700900123/TYPE=PLMN>'],
  ];
  for (const [name, one, other] of cases) {
    const mail = forwardMail({ [name]: one }).replace('To:', `${name}: ${other}\r\nTo:`);
    const lenient = decodeMail(mail);
    assert.deepEqual(lenient.errors, [], name);
    assert.ok(lenient.warnings.includes('duplicate-header-equal'), name);
    assert.equal(decodeMail(mail, { strict: true }).errors.length, 1, name);
  }
  const rs = 'X-Mms-Originator-R/S-Delivery-Report';
  const conflict = forwardMail({ [rs]: 'Yes' }).replace('To:', `${rs}: No\r\nTo:`);
  assert.deepEqual(decodeMail(conflict).errors, ['duplicate-header-conflict:originatorRsDeliveryReport']);
});

test('strictly an unknown word is an error that names its header, leniently the default', () => {
  const cases: readonly [string, string][] = [
    ['X-Mms-Priority', 'priority'],
    ['X-Mms-Ack-Request', 'ackRequest'],
    ['X-Mms-Content-Class', 'contentClass'],
    ['X-Mms-Forward-Counter', 'forwardCounter'],
  ];
  for (const [name, field] of cases) {
    const strict = decodeMail(forwardMail({ [name]: 'odd' }), { strict: true });
    assert.deepEqual(strict.errors, [`enum-unknown:${field}`]);
    const lenient = decodeMail(forwardMail({ [name]: 'odd' }));
    assert.deepEqual(lenient.errors, []);
    assert.ok(lenient.warnings.includes('enum-unknown-defaulted'), name);
  }
});

test('reports: missing elements, leniently and strictly', () => {
  const report = (changes: Record<string, string | null>, strict: boolean): ReturnType<typeof asDelivery> =>
    asDelivery(
      decodeMail(
        controlMail('MM4_delivery_report.REQ', { 'X-Mms-MM-Status-Code': 'Retrieved', ...changes }),
        { strict },
      ),
    );
  assert.deepEqual(report({ From: null }, true).errors, ['missing-mandatory:from']);
  assert.deepEqual(report({ To: null }, true).errors, ['missing-mandatory:to']);
  assert.deepEqual(report({ From: null, To: null }, false).errors, []);
  const envelope = report({ From: null }, false);
  assert.equal(envelope.subject?.value, '+447700900123');
  assert.ok(envelope.warnings.includes('from-missing-used-envelope'));
  const unnamed = report({ 'X-Mms-Message-ID': null, 'Message-ID': '<9@b.example>' }, false);
  assert.equal(unnamed.messageId?.normal, '9@b.example');
  assert.ok(unnamed.warnings.includes('message-id-from-rfc5322'));
  assert.deepEqual(report({ 'X-Mms-Message-ID': null }, false).errors, ['missing-mandatory:messageId']);
});

test('vectorcore: a private form of Originator-System, a bare host as From, a status of its own', () => {
  const bare = decodeMail(forwardMail({ 'X-Mms-Originator-System': 'vc1', Sender: 'mms@op-a.example' }));
  assert.equal(bare.answerTo, 'mms@op-a.example');
  assert.ok(bare.warnings.includes('originator-system-not-addrspec'));
  const report = asDelivery(
    decodeMail(
      controlMail('MM4_delivery_report.REQ', {
        From: 'vc1.op-b.example',
        'X-Mms-Status': 'Retrieved',
        'X-Mms-Request-Status-Code': 'Ok',
      }),
    ),
  );
  assert.deepEqual([report.subject?.kind, report.status.mmStatus], ['other', 'Retrieved']);
  assert.equal(matchReport(report, ['+447700900456'])?.recipient.value, '+447700900456');
});

test('Go and Sybase: names in another case, ids in brackets, addresses without domain', () => {
  const mail = forwardMail({ To: '+447700900456/TYPE=PLMN' })
    .replace('X-Mms-3GPP-MMS-Version', 'X-Mms-3gpp-Mms-Version')
    .replace('X-Mms-Message-ID: "mm-1@mmsc.op-a.example"', 'X-Mms-Message-Id: <mm-1@mmsc.op-a.example>');
  const pdu = asForward(decodeMail(mail));
  assert.deepEqual([pdu.version?.major, pdu.messageId?.normal], [6, 'mm-1@mmsc.op-a.example']);
  assert.deepEqual(pdu.to[0], { kind: 'plmn', value: '+447700900456', raw: '+447700900456/TYPE=PLMN' });
  assert.ok(pdu.warnings.includes('id-quoting-nonstandard'));
});

test('a raw header that ends in an octet which latin-1 takes for a blank', () => {
  const subject = (octets: string): string | undefined =>
    asForward(decodeMail(forwardMail({ Subject: octets }))).subject;
  assert.equal(subject('voil\xc3\xa0'), 'voilà');
  assert.equal(subject('caf\xe9'), 'café');
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

test('strictly a missing element is an error, and what stands in for it leniently still says which message it was', () => {
  const stripped = forwardMail({
    'X-Mms-Transaction-ID': null,
    'X-Mms-Message-ID': null,
    From: null,
    Date: null,
  });
  const [lenient, strict] = [false, true].map((how) => asForward(decodeMail(stripped, { strict: how })));
  assert.deepEqual(strict?.errors, [
    'missing-mandatory:date',
    'missing-mandatory:messageId',
    'missing-mandatory:transactionId',
    'missing-mandatory:from',
  ]);
  assert.deepEqual(strict.warnings, ['missing-final-boundary']);
  assert.equal(lenient?.messageId?.normal, '1.mail@mmsc.op-a.example');
  const stood = ({ transactionId, messageId, from, date }: typeof strict): unknown => [
    transactionId,
    messageId,
    from,
    date,
  ];
  assert.deepEqual(stood(strict), stood(lenient));
});

test('a Message-ID of the mail that could not be echoed stands in for nothing', () => {
  const mail = forwardMail({ 'X-Mms-Message-ID': null, 'Message-ID': `<${'i'.repeat(1_000)}@a.example>` });
  assert.deepEqual(decodeMail(mail).errors, ['missing-mandatory:messageId']);
});

test('headers that are opaque or unknown to us may come twice and fail nothing', () => {
  for (const name of ['X-Mms-Rcpt-To', 'X-Mms-Reply-Charging', 'X-Mms-Forward-Route', 'X-Mms-Vendor']) {
    const mail = forwardMail({ [name]: 'one' }).replace('To:', `${name}: two\r\nTo:`);
    const pdu = decodeMail(mail);
    assert.deepEqual(pdu.errors, [], name);
    assert.deepEqual(pdu.warnings.includes('unknown-x-mms-header'), name === 'X-Mms-Vendor');
  }
});

test('the recipients of a RES may stand in several headers', () => {
  const mail = controlMail('MM4_forward.RES', {
    'X-Mms-Request-Status-Code': 'Ok',
    'X-Mms-Request-Recipients': '+447700900457/TYPE=PLMN',
  }).replace('To:', 'X-Mms-Request-Recipients: +447700900456/TYPE=PLMN\r\nTo:');
  const res = asRes(decodeMail(mail));
  assert.deepEqual(
    res.status.recipients?.map(({ value }) => value),
    ['+447700900456', '+447700900457'],
  );
  assert.deepEqual(res.errors, []);
});

test('an Originator-System that is no plain mailbox is odd, whether or not an answer is asked for', () => {
  const odd = { 'X-Mms-Originator-System': '<system-user@a.example>', 'X-Mms-Ack-Request': 'No' };
  const report = controlMail('MM4_delivery_report.REQ', { ...odd, 'X-Mms-MM-Status-Code': 'Retrieved' });
  for (const mail of [forwardMail(odd), report])
    assert.deepEqual(
      decodeMail(mail).warnings.filter((warning) => warning.startsWith('originator')),
      ['originator-system-not-addrspec'],
    );
  const asked = decodeMail(forwardMail({ ...odd, 'X-Mms-Ack-Request': 'Yes' }));
  assert.equal(asked.answerTo, 'system-user@a.example');
});

test('raw octets in the headers of a part are raw headers too', () => {
  const body = '--b\r\nContent-Location: p\xc5\x99.txt\r\n\r\nx\r\n--b--\r\n';
  const pdu = asForward(decodeMail(forwardMail({}, body)));
  assert.deepEqual([pdu.parts[0]?.contentLocation, pdu.warnings], ['př.txt', ['raw-8bit-header']]);
});

test('a blind copy named twice in the envelope is one', () => {
  const blind = '+447700900458/TYPE=PLMN@mmsc.op-b.example';
  const envelope = { mailFrom: '+447700900123/TYPE=PLMN@mmsc.op-a.example', rcptTo: [blind, blind] };
  const pdu = asForward(decodeMail(forwardMail(), { envelope }));
  assert.deepEqual(
    pdu.bcc.map(({ raw }) => raw),
    [blind],
  );
});
