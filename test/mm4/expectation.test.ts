import assert from 'node:assert/strict';
import { test } from 'node:test';

import { expectationOf, type Expectation, type Judged } from '../../domain/mm4/expectation.ts';
import { arrivedAt, controlMail, decodeMail, forwardMail } from './support.ts';

const rcptTo = ['+447700900456/TYPE=PLMN@mmsc.op-b.example'];

function view(mail: string, given: Partial<Judged> = {}): Expectation {
  const pdu = decodeMail(mail);
  return expectationOf({
    pdu,
    rcptTo,
    arrivedAt,
    refusal: null,
    rcptReplies: [],
    deliverTo: ['+447700900456'],
    ...given,
  });
}

test('keys that stand only where there is something to say', () => {
  const plain = view(forwardMail());
  const extra = ['hideSenderFromUA', 'deliveryReportForwardToOriginatorUA', 'application', 'contentClass'];
  for (const key of [...extra, 'unknownHeaders', 'rcptReplies', 'previouslySent', 'subject', 'expiry'])
    assert.ok(!(key in plain), key);
  const full = view(
    forwardMail({
      'X-Mms-Sender-Visibility': 'Hide',
      'X-Mms-Originator-R/S-Delivery-Report': 'Yes',
      'X-Mms-Applic-ID': 'com.example.game',
      'X-Mms-Reply-Applic-ID': 'com.example.reply',
      'X-Mms-Aux-Applic-Info': 'level=2',
      'X-Mms-Content-Class': 'Image-Basic',
      'X-Mms-Strange': '1',
    }),
  );
  assert.deepEqual(
    [...extra, 'unknownHeaders', 'expectedDeliveryReports'].map((key) => full[key]),
    [
      true,
      false,
      { id: 'com.example.game', replyId: 'com.example.reply', auxInfo: 'level=2' },
      'image-basic',
      ['X-Mms-Strange'],
      1,
    ],
  );
});

test('the handset gets the report when it asked itself', () => {
  const both = { 'X-Mms-Originator-R/S-Delivery-Report': 'Yes', 'X-Mms-Delivery-Report': 'Yes' };
  assert.equal(view(forwardMail(both))['deliveryReportForwardToOriginatorUA'], true);
});

test('a malformed recipient among others is an error of a message that is accepted', () => {
  const rcptReplies = [{ rcptTo: '+44x/TYPE=PLMN@mmsc.op-b.example', smtpCode: 553, enhanced: '5.1.3' }];
  const seen = view(forwardMail(), { rcptReplies });
  assert.deepEqual(seen['errors'], ['malformed-recipient']);
  assert.deepEqual(seen['rcptReplies'], rcptReplies);
});

test('a malformed header address is shown as it stood while its envelope recipient is a blind copy', () => {
  const seen = view(forwardMail({ To: '+44x7700/TYPE=PLMN@mmsc.op-b.example' }));
  assert.deepEqual(seen['to'], [{ kind: 'malformed', value: '+44x7700/TYPE=PLMN@mmsc.op-b.example' }]);
  assert.equal(seen['notOurRecipients'], undefined);
  assert.deepEqual(seen['bcc'], [{ kind: 'plmn', value: '+447700900456', domain: 'mmsc.op-b.example' }]);
});

test('the parties of a report by its envelope: swapped, without From, without To', () => {
  const parties = (changes: Record<string, string | null>): unknown => {
    const mail = controlMail('MM4_read_reply_report.REQ', { 'X-Mms-Read-Status': 'Read', ...changes });
    const seen = view(mail, { rcptTo: ['+447700900123/TYPE=PLMN@mmsc.op-a.example'] });
    const value = (key: string): unknown => (seen[key] as { value: string } | null)?.value;
    const swapped = (seen['warnings'] as string[]).includes('swapped-report-addresses');
    return [value('reportSubject'), value('reportTo'), swapped];
  };
  const recipient = '+447700900456';
  const originator = '+447700900123';
  const sender = `${recipient}/TYPE=PLMN@b.example`;
  assert.deepEqual(parties({}), [recipient, originator, false]);
  const swapped = { From: `${originator}/TYPE=PLMN`, To: `${recipient}/TYPE=PLMN` };
  assert.deepEqual(parties(swapped), [recipient, originator, true]);
  assert.deepEqual(parties({ From: null, Sender: sender }), [recipient, originator, true]);
  assert.deepEqual(parties({ To: null }), [recipient, originator, false]);
  const host = { From: 'vc1.op-b.example', Sender: sender };
  assert.deepEqual(parties(host), [recipient, originator, true], 'a host name is no recipient');
  assert.deepEqual(parties({ To: `${recipient}/TYPE=PLMN` }), [recipient, originator, false], 'named twice');
  const onlySender = { From: originator, To: null, Sender: sender };
  assert.deepEqual(parties(onlySender), [recipient, originator, true]);
});

test('a report without its status shows none', () => {
  const status = (type: string): unknown => view(controlMail(type))['status'];
  assert.deepEqual(status('MM4_delivery_report.REQ'), {
    mmStatus: null,
    final: false,
    forwardToOriginatorUA: true,
  });
  assert.deepEqual(status('MM4_read_reply_report.REQ'), { readStatus: null });
});

test('a message that has expired is accepted and delivered to nobody, and its reports are owed', () => {
  const reported = { 'X-Mms-Delivery-Report': 'Yes' };
  const seen = (expiry: string): readonly unknown[] => {
    const { outcome, deliverTo, expectedDeliveryReports } = view(
      forwardMail({ ...reported, 'X-Mms-Expiry': expiry }, '--b\r\n\r\nx\r\n--b--\r\n'),
    );
    return [outcome, deliverTo, expectedDeliveryReports];
  };
  assert.deepEqual(seen('60'), ['accept', ['+447700900456'], 1]);
  for (const past of ['-5', '0', 'Sun, 22 Nov 2026 12:00:00 GMT'])
    assert.deepEqual(seen(past), ['accept', [], 1]);
});

test('an instant that no date can hold does not break the view', () => {
  for (const expiry of ['999999999999999', '-999999999999999'])
    assert.ok('expiry' in view(forwardMail({ 'X-Mms-Expiry': expiry })));
});
