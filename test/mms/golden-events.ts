import type { MmsEvent, PduEvidence, Refusal } from '../../domain/mms/events.ts';
import { ourTransactionId } from '../../domain/mms/ids.ts';
import type { ContentRef } from '../../domain/ports.ts';

type Examples = { readonly [Type in MmsEvent['type']]: Extract<MmsEvent, { type: Type }> };

const noon = Date.UTC(2026, 10, 23, 12);
const minute = 60_000;
const hour = 60 * minute;
const digest = (letter: string): string => letter.repeat(64);
const anna = { address: '+447700900123', kind: 'plmn', raw: '+447700900123/TYPE=PLMN' } as const;
const bob = '+447700900456';
const uid = '0c36a0a0-30f4-5b3c-9c5a-5f3a2f0a9b11';
const id = { raw: '"20261123.1@mmsc.op-a.example"', normal: '20261123.1@mmsc.op-a.example' } as const;
const transactionId = ourTransactionId(uid, 'forward', 1, 'abcdefgh');
const reportId = ourTransactionId(uid, 'delivery', 1, 'abcdefgh');
const ref = (name: string): ContentRef => name as ContentRef;
const ok = { code: 250, enhanced: '2.0.0', text: 'queued' } as const;
const peer = { route: 'to-op-b', address: '192.0.2.20', port: 25 } as const;
const later: Refusal = {
  by: 'partner',
  text: 'mailbox busy',
  reply: { code: 451, enhanced: '4.3.0', text: 'mailbox busy' },
};
const ackOk = { code: 'Ok', class: 'success', raw: 'Ok' } as const;
const fromB: PduEvidence = {
  from: { partner: 'op-b', account: 'op-b-in' },
  address: '192.0.2.20',
  transactionId: '"dr-77"',
  rfcMessageId: '<77@mmsc.op-b.example>',
  date: noon + 2 * minute,
  sha256: digest('e'),
  head: ref('head/2026-11-23/4'),
};
const fromA: PduEvidence = {
  ...fromB,
  from: { partner: 'op-a', account: 'op-a-in' },
  address: '192.0.2.10',
  transactionId: `"${reportId}"`,
};
const returnPath = {
  route: 'to-op-a',
  version: '6.10.0',
  requestAck: true,
  mailTo: '+447700900123/TYPE=PLMN@mmsc.op-a.example',
} as const;
const reportAnswer = {
  answer: '2',
  pdu: 'MM4_delivery_report.RES',
  to: 'system@mmsc.op-b.example',
  transactionId: '"dr-77"',
  messageId: id.raw,
  version: '6.10.0',
  route: 'to-op-b',
  rfcMessageId: `<${uid}.a2.abcdefgh@mmsc.op-x.example>`,
  date: noon + 2 * minute,
  until: noon + 4 * hour + 2 * minute,
  status: 'Ok',
} as const;
const relay = {
  ...returnPath,
  report: 1,
  kind: 'delivery',
  transactionId: reportId,
  rfcMessageId: `<${uid}.r1.abcdefgh@mmsc.op-x.example>`,
  date: noon + 2 * minute,
  owedAt: noon + 2 * minute,
  until: noon + 72 * hour,
  status: 'Retrieved',
  text: 'retrieved by the handset',
  toOriginatorUA: true,
} as const;
const told = {
  recipient: bob,
  happenedAt: noon + 2 * minute,
  stands: true,
  source: { kind: 'partner', pdu: fromB, rawStatus: 'Retrieved', text: 'retrieved by the handset' },
  answer: reportAnswer,
  relay,
} as const;

/** One realistic event of each type, as the current version of this program reads it. */
export const goldenEvents: Examples = {
  Received: {
    type: 'Received',
    intake: 0,
    from: { partner: 'op-a', account: 'op-a-in' },
    messageId: id,
    transactionId: { raw: '"60755231.94578772@mmsc"', normal: '60755231.94578772@mmsc' },
    rfcMessageId: '<60755231@mmsc.op-a.example>',
    version: '6.10.0',
    envelope: { mailFrom: '+447700900123/TYPE=PLMN@mmsc.op-a.example', rcptTo: [`${bob}@mmsc.op-x.example`] },
    sender: anna,
    recipients: [
      {
        address: bob,
        kind: 'plmn',
        raw: `${bob}/TYPE=PLMN`,
        rcptTo: `${bob}@mmsc.op-x.example`,
        shown: 'to',
      },
    ],
    flags: {
      ackRequest: true,
      deliveryReport: true,
      originatorRsDeliveryReport: false,
      readReply: true,
      senderVisibility: 'Show',
      priority: 'Normal',
      messageClass: 'Personal',
      forwardCounter: 0,
      adaptationAllowed: true,
      drmContent: false,
    },
    submittedAt: noon - minute,
    expiresAt: noon + 72 * hour,
    parts: [
      { type: 'application/smil', size: 412, sha256: digest('1') },
      { type: 'image/jpeg', size: 30_412, sha256: digest('2') },
    ],
    size: { wire: 43_100, body: 42_300, decoded: 30_824 },
    bodySha256: digest('b'),
    eightBit: false,
    content: ref('body/2026-11-23/1'),
    head: ref('head/2026-11-23/1'),
    session: {
      address: '192.0.2.10',
      ehlo: 'mmsc.op-a.example',
      tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
      login: 'op-a',
    },
    warnings: ['id-quoting-nonstandard'],
    status: { code: 'Ok' },
    answer: {
      ...reportAnswer,
      answer: '1',
      pdu: 'MM4_forward.RES',
      route: 'to-op-a',
      to: 'system@mmsc.op-a.example',
      transactionId: '"60755231.94578772@mmsc"',
      rfcMessageId: `<${uid}.a1.abcdefgh@mmsc.op-x.example>`,
      date: noon,
      until: noon + 4 * hour,
      status: 'Ok',
    },
    reportsTo: returnPath,
  },
  Routed: {
    type: 'Routed',
    recipient: bob,
    to: { kind: 'route', partner: 'op-b', route: 'to-op-b', leg: 1 },
    by: 'mask',
    mask: '+4477009004*',
    routedAt: noon,
    deadline: noon + 72 * hour,
  },
  ForwardStarted: {
    type: 'ForwardStarted',
    leg: 1,
    attempt: 1,
    recipients: [bob],
    transactionId,
    rfcMessageId: `<${uid}.f1.abcdefgh@mmsc.op-x.example>`,
    worker: 'node-1/7',
    leaseUntil: noon + 13 * minute,
    requestAck: true,
    onUnknownOutcome: 'resend',
    onAckTimeout: 'leave',
  },
  ForwardSent: {
    type: 'ForwardSent',
    leg: 1,
    attempt: 1,
    recipients: [bob],
    reply: ok,
    bodySha256: digest('b'),
    wireSize: 43_250,
    peer: { ...peer, tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384' },
    dialogue: ref('head/2026-11-23/2'),
    ackUntil: noon + hour,
  },
  ForwardDeferred: {
    type: 'ForwardDeferred',
    leg: 1,
    attempt: 1,
    recipients: [bob],
    newLeg: 2,
    why: later,
    nextAttemptAt: noon + minute,
  },
  ForwardRefused: {
    type: 'ForwardRefused',
    leg: 1,
    attempt: 1,
    recipients: [bob],
    why: { by: 'us', text: 'too big', reply: { code: 552, enhanced: '5.3.4', text: 'too big', ours: true } },
    status: 'Error-content-not-accepted',
  },
  ForwardOutcomeUnknown: {
    type: 'ForwardOutcomeUnknown',
    leg: 1,
    attempt: 1,
    why: 'its worker node-1/7 is gone',
    then: 'resend',
    nextAttemptAt: noon + minute,
  },
  AckReceived: {
    type: 'AckReceived',
    leg: 1,
    recipients: [bob],
    status: ackOk,
    text: 'accepted',
    mark: 'late',
    pdu: fromB,
    alias: '4711@mmsc.op-b.example',
  },
  AckTimedOut: { type: 'AckTimedOut', leg: 1, at: noon + hour, then: 'leave' },
  AckSent: { type: 'AckSent', answer: '1', status: 'Ok', reply: ok, peer: { ...peer, route: 'to-op-a' } },
  AckDeferred: { type: 'AckDeferred', answer: '1', why: later, nextAttemptAt: noon + minute },
  AckAbandoned: {
    type: 'AckAbandoned',
    answer: '1',
    why: { by: 'us', text: 'not delivered before its deadline' },
  },
  Delivered: { type: 'Delivered', ...told },
  DeliveryDeferred: { type: 'DeliveryDeferred', ...told, status: 'Deferred', relay: null },
  DeliveryFailed: {
    type: 'DeliveryFailed',
    recipient: bob,
    happenedAt: noon + 72 * hour,
    stands: true,
    source: { kind: 'us', why: { by: 'us', text: 'route to-op-b did not take it before its deadline' } },
    answer: null,
    relay: { ...relay, status: 'Expired', date: noon + 72 * hour },
    status: 'Expired',
    by: 'us',
  },
  ReadReported: {
    type: 'ReadReported',
    ...told,
    answer: null,
    relay: { ...relay, kind: 'read', status: 'Deleted without being read' },
    status: 'Deleted without being read',
  },
  ReportRelayed: {
    type: 'ReportRelayed',
    report: 1,
    recipient: bob,
    reply: ok,
    peer: { ...peer, route: 'to-op-a' },
    ackUntil: noon + hour,
  },
  ReportDeferred: { type: 'ReportDeferred', report: 1, why: later, nextAttemptAt: noon + minute },
  ReportAbandoned: {
    type: 'ReportAbandoned',
    report: 1,
    why: { by: 'us', text: 'not delivered before its deadline' },
  },
  ReportAckReceived: { type: 'ReportAckReceived', report: 1, status: ackOk, mark: 'early', pdu: fromA },
  DuplicateReceived: { type: 'DuplicateReceived', of: 'delivery-report', pdu: fromB, answer: reportAnswer },
  VariantOpened: {
    type: 'VariantOpened',
    variant: 1,
    uid,
    key: { partner: 'op-a', bodySha256: digest('c'), partsSha256: digest('d'), forwardCounter: 1 },
  },
  Closed: { type: 'Closed' },
  Reopened: { type: 'Reopened', because: 'AckReceived' },
  OrphanReceived: {
    type: 'OrphanReceived',
    pduKind: 'MM4_forward.RES',
    messageId: id,
    pdu: fromB,
    envelope: { mailFrom: '', rcptTo: [] },
    why: 'op-b may not answer for op-c',
    concerns: uid,
    answer: null,
  },
  RefusedReceived: {
    type: 'RefusedReceived',
    pduKind: 'MM4_forward.REQ',
    messageId: null,
    pdu: { ...fromA, date: noon },
    envelope: { mailFrom: anna.address, rcptTo: [bob] },
    size: 1_024,
    content: ref('body/2026-11-23/3'),
    errors: ['missing-mandatory:X-Mms-Message-ID'],
    reply: { code: 554, enhanced: '5.6.0', text: 'no X-Mms-Message-ID' },
    answer: null,
  },
  Attached: { type: 'Attached', uid, by: 'operator' },
};
