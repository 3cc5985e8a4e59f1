import assert from 'node:assert/strict';
import { test } from 'node:test';

import { parseAddress, parseAddressList } from '../../domain/mm4/address.ts';
import { formatDate, parseDate } from '../../domain/mm4/dates.ts';
import { decodeWords, encodeWords } from '../../domain/mm4/encoded-words.ts';
import { readExpiry } from '../../domain/mm4/expiry.ts';
import { readBoolean } from '../../domain/mm4/flags.ts';
import { isNonstandardQuoting, normaliseId, renderId } from '../../domain/mm4/ids.ts';
import { requestStatuses } from '../../domain/mm4/pdu.ts';
import { readPreviouslySent } from '../../domain/mm4/previously-sent.ts';
import {
  readMmStatus,
  readReadStatus,
  readRequestStatus,
  readStatusExtension,
} from '../../domain/mm4/status.ts';
import { parseVersion } from '../../domain/mm4/version.ts';
import { arrivedAt } from './support.ts';

const noon = Date.parse('2026-11-24T12:00:00Z');

test('dates in every form that is met', () => {
  const forms: readonly [string, number | null][] = [
    ['Tue, 24 Nov 2026 12:00:00 +0000', noon],
    ['Tue, 24 Nov 2026 12:00:00 GMT', noon],
    ['24 Nov 2026 12:00 UT', noon],
    ['Tue, 24 Nov 2026 13:00:00 +0100', noon],
    ['Tue, 24 Nov 2026 07:00:00 EST', noon],
    ['Tue Nov 24 12:00:00 2026', noon],
    ['Tue Nov 24 2026 13:00:00 GMT+0100 (CET)', noon],
    ['2026-11-24T12:00:00Z', noon],
    ['2026-11-24T14:00:00.000+02:00', noon],
    ['Tue, 24-Nov-26 12:00:00 GMT', noon],
    ['Tue,  24 Nov 2026 12:00:00 +0000 (a comment)', noon],
    ['soon', null],
    ['', null],
    ['Tue,24 Nov 2026 12:00:00 +0000', noon],
    ['Tue, 24 Nov 2026 13:00:00 +01:00', noon],
    ['Tue, 42 Nov 2026 12:00:00 +0000', null],
    ['Mon, 30 Feb 2026 12:00:00 +0000', null],
  ];
  for (const [text, instant] of forms) assert.equal(parseDate(text), instant, text);
  assert.equal(formatDate(noon), 'Tue, 24 Nov 2026 12:00:00 +0000');
});

test('expiry in its five forms, and as epoch seconds', () => {
  const date = Date.parse('2026-11-23T12:00:00Z');
  const read = (raw: string, from: number | null = date): unknown => {
    const { expiry, nonstandard } = readExpiry(raw, from, arrivedAt);
    return [expiry?.form, expiry === null ? null : new Date(expiry.at).toISOString(), nonstandard];
  };
  assert.deepEqual(read('86400'), ['relative', '2026-11-24T12:00:00.000Z', false]);
  assert.deepEqual(read('Tue, 24 Nov 2026 12:00:00 +0000'), ['absolute', '2026-11-24T12:00:00.000Z', false]);
  assert.deepEqual(read('Tue, 24 Nov 2026 12:00:00 GMT'), ['absolute', '2026-11-24T12:00:00.000Z', false]);
  assert.deepEqual(read('Tue Nov 24 12:00:00 2026'), ['absolute', '2026-11-24T12:00:00.000Z', true]);
  assert.deepEqual(read('2026-11-24T12:00:00Z'), ['absolute', '2026-11-24T12:00:00.000Z', true]);
  assert.deepEqual(read('1795521600'), ['absolute', '2026-11-24T12:00:00.000Z', true]);
  assert.deepEqual(read('-5'), ['relative', '2026-11-23T11:59:55.000Z', false]);
  assert.deepEqual(read('whenever'), [undefined, null, true]);
  assert.deepEqual(read('24 Nov 2026 12:00:00 +0000'), ['absolute', '2026-11-24T12:00:00.000Z', false]);
  assert.deepEqual(read('Tue Nov 24 2026 12:00:00 GMT+0000'), ['absolute', '2026-11-24T12:00:00.000Z', true]);
  // Beyond what a Date can hold.
  assert.deepEqual(read('999999999999999'), ['absolute', '+275760-09-13T00:00:00.000Z', true]);
  assert.deepEqual(read('-999999999999999'), ['relative', '-271821-04-20T00:00:00.000Z', false]);
  // A Date an hour or more away from the arrival is not believed.
  assert.deepEqual(read('60', date - 2 * 3_600_000), ['relative', '2026-11-23T12:01:10.000Z', false]);
});

test('addresses in every form that is met', () => {
  const forms: readonly [string, string, string, string | undefined][] = [
    ['+447700900123/TYPE=PLMN@Mmsc.Op-A.example', 'plmn', '+447700900123', 'mmsc.op-a.example'],
    ['+447700900123/TYPE=PLMN', 'plmn', '+447700900123', undefined],
    ['<+447700900123/type=plmn@a.example>', 'plmn', '+447700900123', 'a.example'],
    ['"A, B" <+447700900123@a.example>', 'plmn', '+447700900123', 'a.example'],
    ['"+447700900123/TYPE=PLMN"@a.example', 'plmn', '+447700900123', 'a.example'],
    ['+447700900123@a.example/TYPE=PLMN', 'plmn', '+447700900123', 'a.example'],
    ['+44 (7700) 900-123/TYPE=PLMN@a.example', 'plmn', '+447700900123', 'a.example'],
    ['00447700900123/TYPE=PLMN@a.example', 'plmn', '+447700900123', 'a.example'],
    ['12025550143@a.example', 'plmn', '+12025550143', 'a.example'],
    ['60300/TYPE=PLMN@a.example', 'shortcode', '60300', 'a.example'],
    ['60300@a.example', 'shortcode', '60300', 'a.example'],
    ['192.0.2.7/TYPE=IPv4@a.example', 'ipv4', '192.0.2.7', 'a.example'],
    ['2001:db8::7/TYPE=IPv6', 'ipv6', '2001:db8::7', undefined],
    ['Jane.Doe@Mail.Example', 'email', 'Jane.Doe@mail.example', undefined],
    ['system-user@A.example', 'system', 'system-user@a.example', undefined],
    ['+44x7700/TYPE=PLMN@a.example', 'malformed', '+44x7700', 'a.example'],
    ['+1234567890123456/TYPE=PLMN@a.example', 'malformed', '+1234567890123456', 'a.example'],
    ['++447700900123/TYPE=PLMN@a.example', 'malformed', '++447700900123', 'a.example'],
    ['%2B447700900123/TYPE=PLMN@a.example', 'malformed', '%2B447700900123', 'a.example'],
    ['+447700900123/TYPE=PLMN@a.example (Jane)', 'plmn', '+447700900123', 'a.example'],
    ['1.2.3@a.example', 'email', '1.2.3@a.example', undefined],
    ['"jane doe"@a.example', 'email', '"jane doe"@a.example', undefined],
    ['"SHOPNAME"/TYPE=Alphanum', 'other', 'SHOPNAME', undefined],
    ['PostMaster@a.example', 'system', 'postmaster@a.example', undefined],
    ['mx.a.example', 'other', 'mx.a.example', undefined],
    ['"2001:DB8::7/TYPE=IPv6"@a.example', 'ipv6', '2001:db8::7', 'a.example'],
    ['300.0.2.7/TYPE=IPv4@a.example', 'malformed', '300.0.2.7', 'a.example'],
    ['+123456/TYPE=PLMN@a.example', 'malformed', '+123456', 'a.example'],
    ['07700900123/TYPE=PLMN@a.example', 'malformed', '07700900123', 'a.example'],
    ['12@a.example', 'malformed', '12', 'a.example'],
    ['j@a .example', 'malformed', 'j', 'a .example'],
    [`${'j'.repeat(65)}@a.example`, 'malformed', 'j'.repeat(65), 'a.example'],
    ['', 'malformed', '', undefined],
  ];
  for (const [text, kind, value, domain] of forms) {
    const address = parseAddress(text);
    assert.deepEqual([address.kind, address.value, address.domain], [kind, value, domain], text);
  }
});

test('strictly there are no separators, and the type stands before the domain', () => {
  for (const text of ['+44 7700 900123/TYPE=PLMN@a.example', '+447700900123@a.example/TYPE=PLMN']) {
    assert.equal(parseAddress(text).kind, 'plmn', text);
    assert.equal(parseAddress(text, 'strict').kind, 'malformed', text);
  }
});

test('address lists: commas in quotes, groups, repeated entries', () => {
  const values = (text: string): string[] => parseAddressList(text).map(({ value }) => value);
  assert.deepEqual(values('"Doe, Jane" <j@a.example>, +447700900123/TYPE=PLMN'), [
    'j@a.example',
    '+447700900123',
  ]);
  assert.deepEqual(values('undisclosed-recipients:;'), []);
  assert.deepEqual(values('friends: j@a.example, k@a.example;'), ['j@a.example', 'k@a.example']);
  assert.deepEqual(values('+447700900123/TYPE=PLMN, +447700900123@a.example'), ['+447700900123']);
  assert.deepEqual(values('J@a.example; j@a.example'), ['J@a.example']);
  assert.deepEqual(values('2001:db8::7/TYPE=IPv6, <k@a.example>,,'), ['2001:db8::7', 'k@a.example']);
});

test('request statuses: the nine, OMA names, octets, unknown ones', () => {
  const read = (raw: string): unknown => {
    const { value, class: statusClass, warning } = readRequestStatus(raw);
    return [value, statusClass, warning];
  };
  assert.deepEqual(read('Ok'), ['Ok', 'success', undefined]);
  assert.deepEqual(read(' "ok" '), ['Ok', 'success', undefined]);
  assert.deepEqual(read('Error-network-problem'), ['Error-network-problem', 'transient', undefined]);
  assert.deepEqual(read('Error-transient-message-not-found'), [
    'Error-message-not-found',
    'transient',
    'enum-spelling',
  ]);
  assert.deepEqual(read('Error-permanent-failure'), ['Error-unspecified', 'permanent', 'enum-spelling']);
  assert.deepEqual(read('0'), ['Ok', 'success', 'enum-spelling']);
  assert.deepEqual(read('136'), ['Error-unsupported-message', 'permanent', 'enum-spelling']);
  const octets = ['128', '129', '130', '131', '132', '133', '134', '135', '136'];
  assert.deepEqual(
    octets.map((octet) => readRequestStatus(octet).value),
    requestStatuses,
  );
  assert.deepEqual(read('Error-transient-partial-success'), [
    'Error-unspecified',
    'transient',
    'enum-spelling',
  ]);
  assert.deepEqual(read('Error-permanent-reply-charging-limitations-not-met'), [
    'Error-unspecified',
    'permanent',
    'enum-spelling',
  ]);
  assert.deepEqual(read(''), ['Error-unspecified', 'permanent', 'enum-unknown-defaulted']);
  assert.deepEqual(read('Error-test-failed'), ['Error-unspecified', 'permanent', 'enum-unknown-defaulted']);
});

test('delivery and read statuses in other spellings', () => {
  assert.deepEqual(readMmStatus('Unrecognized'), {
    value: 'Unrecognised',
    final: true,
    warning: 'enum-spelling',
  });
  assert.equal(readMmStatus('deferred').final, false);
  assert.deepEqual(readMmStatus('nonsense'), {
    value: 'Indeterminate',
    final: true,
    warning: 'enum-unknown-defaulted',
  });
  assert.deepEqual(readMmStatus('Unreachable'), { value: 'Rejected', final: true, warning: 'enum-spelling' });
  const finals = ['Retrieved', 'Expired', 'Rejected', 'Unrecognised', 'Indeterminate'];
  for (const status of finals) assert.deepEqual(readMmStatus(status), { value: status, final: true });
  for (const status of ['Deferred', 'Forwarded'])
    assert.deepEqual(readMmStatus(status), { value: status, final: false });
  assert.equal(readReadStatus('Deletedwithoutbeingread').value, 'Deleted without being read');
  assert.equal(readReadStatus('READ').warning, undefined);
  assert.equal(readStatusExtension('Rejected-by-recipient')?.value, 'Rejection-By-MMS-Recipient');
  assert.equal(readStatusExtension('Rejected-by-other-MMSC')?.value, 'Rejection-By-Other-RS');
  assert.deepEqual(readStatusExtension('Rejected-by-VAS-area-limit'), {
    value: 'Rejected-by-VAS-area-limit',
  });
  assert.deepEqual(readStatusExtension('odd'), { value: 'odd', warning: 'enum-unknown-defaulted' });
});

test('booleans by Appendix B', () => {
  for (const text of ['Yes', 'y', 'TRUE', '1', '128', '"yes"'])
    assert.equal(readBoolean(text, false).value, true, text);
  for (const text of ['No', 'n', 'false', '0', '129'])
    assert.equal(readBoolean(text, true).value, false, text);
  assert.deepEqual(readBoolean('perhaps', true), { value: true, warning: 'enum-unknown-defaulted' });
});

test('ids: quotes and brackets go for comparison, case stays', () => {
  for (const raw of ['"a@B"', '<a@B>', "'a@B'", '"<a@B>"', ' a@B ', '"a@B" '])
    assert.equal(normaliseId(raw), 'a@B', raw);
  assert.equal(normaliseId('"a\\"b"'), 'a"b');
  assert.equal(renderId('a"b', 'quoted'), '"a\\"b"');
});

test('quoting by the book is a quoted-string or a bare token', () => {
  for (const raw of ['"tx-1"', 'tx-1', '"+44/TYPE=PLMN-h-q"', '"a\\"b"'])
    assert.equal(isNonstandardQuoting(raw), false, raw);
  for (const raw of ['<tx-1>', "'tx-1'", '"<tx-1>"', '"tx-1', 'a b', '""tx-1""'])
    assert.equal(isNonstandardQuoting(raw), true, raw);
});

test('versions', () => {
  assert.deepEqual(parseVersion('MM4-5.9.0'), { raw: 'MM4-5.9.0', major: 5, minor: 9, patch: 0 });
  assert.equal(parseVersion('v6.10.0')?.minor, 10);
  assert.equal(parseVersion('six'), null);
});

test('previously sent: repeated headers and one list', () => {
  const dates = ['1, Sun, 22 Nov 2026 08:00:00 GMT, 2, Sun, 22 Nov 2026 09:00:00 GMT'];
  const hops = readPreviouslySent(['1, +447700900901/TYPE=PLMN, 2, +447700900902/TYPE=PLMN'], dates);
  assert.deepEqual(
    hops.map(({ index, by, at }) => [index, by?.value, new Date(at ?? 0).toISOString()]),
    [
      [1, '+447700900901', '2026-11-22T08:00:00.000Z'],
      [2, '+447700900902', '2026-11-22T09:00:00.000Z'],
    ],
  );
});

test('previously sent: a short code is no index', () => {
  const hops = readPreviouslySent(['0, 1234, 1, "Doe, Jane" <j@a.example>'], []);
  assert.deepEqual(
    hops.map(({ index, by }) => [index, by?.value]),
    [
      [0, '1234'],
      [1, 'j@a.example'],
    ],
  );
});

test('encoded words: both ways, adjacent ones, split characters', () => {
  assert.equal(decodeWords('=?UTF-8?B?R3LDvMOfZSBhdXM=?= =?UTF-8?Q?_K=C3=B6ln?='), 'Grüße aus Köln');
  assert.equal(decodeWords('=?iso-8859-1?Q?caf=E9?= au lait'), 'café au lait');
  for (const text of ['plain', 'Příjezd '.repeat(20).trim(), 'a =?b', '🦊🦊🦊']) {
    assert.equal(decodeWords(encodeWords(text)), text);
  }
});
