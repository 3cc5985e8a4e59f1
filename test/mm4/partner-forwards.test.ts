import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { Address, ForwardReq } from '../../domain/mm4/pdu.ts';
import { relayForward, type RelayChanges } from '../../domain/mm4/relay.ts';
import { expiresAt, partnerForward, shownIn, type PartnerForward } from './partner-forward.ts';
import type { Party } from './partner-parties.ts';
import { arrivedAt, asForward, decodeMail, readMail } from './support.ts';
import { written } from './write-forward.ts';

// Laws of forwards that partners wrote, in any combination of headers that the book knows, and of some that it does not.

const numRuns = Number(process.env['LAWS_RUNS'] ?? 300);

function decoded(wish: PartnerForward, mail: Buffer): ForwardReq {
  const rcptTo = wish.everybody.map((one) => one.written.replace(/^.*<(.*)>$/, '$1'));
  return asForward(decodeMail(mail, { envelope: { mailFrom: '', rcptTo } }));
}

const read = (address: Address | null) => address && { kind: address.kind, value: address.value };
const meant = ({ kind, value }: Party) => ({ kind, value });

test('says what the partner meant', () => {
  fc.assert(
    fc.property(partnerForward, (wish) => {
      const pdu = decoded(wish, written(wish));
      assert.deepEqual(pdu.errors, []);
      const flags = Object.entries(wish.flags).map(([name, { value }]) => [name, value] as const);
      assert.deepEqual(pdu.flags, Object.fromEntries(flags));
      assert.deepEqual(read(pdu.from), meant(wish.from));
      for (const where of ['to', 'cc'] as const) {
        assert.deepEqual(pdu[where].map(read), shownIn(wish, where).map(meant), where);
      }
      assert.deepEqual(pdu.bcc.map(read), shownIn(wish, 'blind').map(meant));
      assert.deepEqual(
        [pdu.transactionId?.normal, pdu.messageId?.normal, pdu.version?.raw, pdu.date],
        [wish.transactionId.value, wish.messageId.value, '6.7.0', wish.date ?? arrivedAt],
      );
      assert.deepEqual([pdu.subject ?? null, pdu.expiry?.at], [wish.subject, expiresAt(wish)]);
      assert.equal(pdu.contentClass ?? null, wish.contentClass);
      assert.deepEqual(
        pdu.previouslySent.map(({ index, by, at }) => ({ index, by: read(by ?? null), at })),
        wish.hops
          .toSorted((a, b) => a.index - b.index)
          .map(({ index, by, at }) => ({ index, by: meant(by), at })),
      );
      const odd = wish.unknown.filter(({ name }) => name.startsWith('X-Mms-'));
      assert.deepEqual(
        pdu.unknownHeaders.map((name) => name.toLowerCase()).sort(),
        odd.map(({ name }) => name.toLowerCase()).sort(),
      );
    }),
    { numRuns },
  );
});

const changes: fc.Arbitrary<RelayChanges> = fc.record({
  received: fc.constant('from a by b; Mon, 23 Nov 2026 12:00:00 +0000'),
  rfcMessageId: fc.constant('<2@mmsc.hub.example>'),
  sender: fc.constant('+447700900123/TYPE=PLMN@mmsc.hub.example'),
  from: fc.option(fc.constant('+447700900123/TYPE=PLMN@mmsc.hub.example')),
  transactionId: fc.constantFrom('"tx-2"', 'tx-2', '<tx-2>'),
  systemAddress: fc.constant('system-user@mmsc.hub.example'),
  requestAck: fc.boolean(),
  version: fc.constantFrom('5.3.0', '6.10.0'),
  expiry: fc.constant(null),
});

/** What one hop says to the next and so is not the message's. Bcc is nobody else's business. */
const ofTheHop =
  /^(received|message-id|sender|bcc|x-mms-(3gpp(-mms)?-version|transaction-id|ack-request|originator-system))$/i;

const kept = ({ fields }: ForwardReq, from: string | null): readonly string[] =>
  fields
    .filter(({ name }) => !ofTheHop.test(name) && (from === null || !/^from$/i.test(name)))
    .map(({ raw }) => raw);

test('says the same of the message to the next MMSC, and what we do not know passes too', () => {
  fc.assert(
    fc.property(partnerForward, changes, (wish, ours) => {
      const mail = written(wish);
      const { head } = readMail(mail);
      const before = decoded(wish, mail);
      const body = mail.subarray(head.length);
      assert.ok(body.equals(wish.body), 'the head ends where the partner ended it');
      const relayed = Buffer.from(relayForward(before.fields, ours));
      const after = decoded(wish, Buffer.concat([relayed, body]));
      assert.equal(readMail(Buffer.concat([relayed, body])).head.length, relayed.length);

      assert.deepEqual(kept(after, ours.from), kept(before, ours.from));
      assert.deepEqual(after.flags, { ...before.flags, ackRequest: ours.requestAck });
      assert.deepEqual(ofTheMessage(after), ofTheMessage(before));
      if (ours.from === null) assert.deepEqual(after.from, before.from);
      else assert.equal(after.from?.raw, ours.from);
      assert.deepEqual(
        [after.transactionId?.raw, after.version?.raw, after.originatorSystem, after.rfcMessageId],
        [ours.transactionId, ours.version, ours.systemAddress, ours.rfcMessageId],
      );
      // Under whatever name it came, it leaves under its own.
      const names = after.fields.map(({ name }) => name.toLowerCase());
      assert.ok(!names.includes('x-mms-3gpp-version'));
      assert.ok(!names.includes('bcc'));
      for (const name of [
        'message-id',
        'sender',
        'x-mms-3gpp-mms-version',
        'x-mms-transaction-id',
        'x-mms-ack-request',
      ]) {
        assert.equal(names.filter((other) => other === name).length, 1, name);
      }
    }),
    { numRuns },
  );
});

function ofTheMessage(pdu: ForwardReq): Partial<ForwardReq> {
  const { kind, messageId, date, to, cc, bcc, subject, expiry, contentClass, previouslySent } = pdu;
  const { parts, rootPart, unknownHeaders, errors } = pdu;
  return {
    ...{ kind, messageId, date, to, cc, bcc, subject, expiry, contentClass, previouslySent },
    ...{ parts, rootPart, unknownHeaders, errors },
  } as Partial<ForwardReq>;
}
