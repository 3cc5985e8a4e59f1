import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { MmsEvent } from '../../domain/mms/events.ts';
import { until } from '../support/until.ts';
import {
  eventOf,
  interconnect,
  partners,
  type Interconnect,
  type PartnerName,
  type Sendable,
} from './interconnect.ts';
import { forward, header, numberOf, ours, system, typeOf } from './pdus.ts';

const messageId = 'mm-1@mmsc.op-a.example';
/** Numbers as each side writes them: the originator's as it left our domain, the recipient's as the originator wrote it. */
const originatorAtA = `${numberOf.a}/TYPE=PLMN@${partners.a.domain}`;
const originatorAtB = `${numberOf.a}/TYPE=PLMN@mmsc.hub.example`;
const recipientAtA = `${numberOf.b}/TYPE=PLMN@mmsc.hub.example`;
const recipientAtB = `${numberOf.b}/TYPE=PLMN@${partners.b.domain}`;

test('forward, delivery report and read report cross, each with its RES', async (context) => {
  const hub = await interconnect(context);
  const request = await forwarded(hub);
  assert.equal(header(request, 'X-Mms-Message-ID'), `"${messageId}"`);
  assert.equal(header(request, 'X-Mms-Originator-System'), ours);
  assert.equal(header(request, 'From'), originatorAtB);
  assert.deepEqual(hub.peers.b.mails[0]?.rcpt, [`RCPT TO:<${recipientAtB}>`]);

  // The RES to the originator is ours, with its ids as it wrote them; the partner's RES ends with us.
  const [answer = Buffer.alloc(0)] = await mailsTo(hub, 'a', 'MM4_forward.RES', 1);
  assert.equal(header(answer, 'X-Mms-Transaction-ID'), '"t-mm-1"');
  assert.equal(header(answer, 'X-Mms-Message-ID'), `"${messageId}"`);
  assert.equal(header(answer, 'X-Mms-Request-Status-Code'), 'Ok');
  await accept(hub, 'b', resTo(request, 'b'));
  const acknowledged = await hub.eventually(messageId, 'AckReceived');
  assert.equal(only(acknowledged, 'AckReceived').mark, undefined);

  for (const kind of ['delivery', 'read'] as const) await relayReport(hub, kind);

  const events = await hub.eventually(messageId, 'Closed');
  assert.deepEqual(
    events.map(({ type }) => type).toSorted(),
    [
      ...['Received', 'Routed', 'AckSent', 'ForwardStarted', 'ForwardSent', 'AckReceived'],
      ...['Delivered', 'AckSent', 'ReportRelayed', 'ReportAckReceived'],
      ...['ReadReported', 'AckSent', 'ReportRelayed', 'ReportAckReceived', 'Closed'],
    ].toSorted(),
  );
  assert.deepEqual(await hub.all('orphan-'), []);
});

/** B reports and is answered; A gets the report with the addresses it knows, and answers. */
async function relayReport(hub: Interconnect, kind: 'delivery' | 'read'): Promise<void> {
  const type = kind === 'delivery' ? 'MM4_delivery_report' : 'MM4_read_reply_report';
  const [name, status] =
    kind === 'delivery' ? ['X-Mms-MM-Status-Code', 'Retrieved'] : ['X-Mms-Read-Status', 'Read'];
  await accept(hub, 'b', reportFrom('b', kind));

  const [answer = Buffer.alloc(0)] = await mailsTo(hub, 'b', `${type}.RES`, 1);
  assert.equal(header(answer, 'X-Mms-Transaction-ID'), `"b-${kind}"`);
  assert.equal(header(answer, 'X-Mms-Message-ID'), `"${messageId}"`);
  assert.equal(header(answer, 'X-Mms-Request-Status-Code'), 'Ok');

  const [report = Buffer.alloc(0)] = await mailsTo(hub, 'a', `${type}.REQ`, 1);
  assert.equal(header(report, 'From'), recipientAtA);
  assert.equal(header(report, 'To'), originatorAtA);
  assert.equal(header(report, 'Sender'), ours);
  assert.equal(header(report, 'X-Mms-Message-ID'), `"${messageId}"`);
  assert.equal(header(report, name), status);
  assert.equal(header(report, 'X-Mms-Ack-Request'), 'Yes');
  assert.notEqual(
    header(report, 'X-Mms-Transaction-ID'),
    `"b-${kind}"`,
    'each hop has transaction ids of its own',
  );

  await accept(hub, 'a', resTo(report, 'a'));
  await hub.eventually(messageId, 'ReportAckReceived', kind === 'delivery' ? 1 : 2);
}

test('a RES that comes late, again, or says otherwise is recorded and marked, and the first one stands', async (context) => {
  const hub = await interconnect(context, { route: ', ackTimeout: 1s' });
  const request = await forwarded(hub);
  const timedOut = await hub.eventually(messageId, 'AckTimedOut');
  assert.equal(only(timedOut, 'AckTimedOut').then, 'leave');
  for (const status of ['Ok', 'Ok', 'Error-content-not-accepted']) {
    await accept(hub, 'b', resTo(request, 'b', status));
  }
  const events = await hub.eventually(messageId, 'AckReceived', 3);
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'AckReceived' ? [event.mark] : [])),
    ['late', 'second', 'contradicting'],
  );
  assert.ok(!events.some(({ type }) => type === 'DeliveryFailed'), 'a contradiction changes nothing');
  assert.equal(ofType(hub, 'b', 'MM4_forward.REQ').length, 1);
});

test('a RES that refuses for good fails the recipient, and the originator is told', async (context) => {
  const hub = await interconnect(context);
  const request = await forwarded(hub);
  await accept(hub, 'b', resTo(request, 'b', 'Error-content-not-accepted'));
  const failed = only(await hub.eventually(messageId, 'DeliveryFailed'), 'DeliveryFailed');
  assert.equal(failed.by, 'partner');
  assert.equal(failed.status, 'Rejected');
  const [report = Buffer.alloc(0)] = await mailsTo(hub, 'a', 'MM4_delivery_report.REQ', 1);
  assert.equal(header(report, 'X-Mms-MM-Status-Code'), 'Rejected');
  assert.equal(header(report, 'From'), recipientAtA);
  assert.equal(header(report, 'To'), originatorAtA);
});

test('a RES that refuses for now brings another transaction for the same message', async (context) => {
  const hub = await interconnect(context);
  const request = await forwarded(hub);
  await accept(hub, 'b', resTo(request, 'b', 'Error-network-problem'));
  const [, again = Buffer.alloc(0)] = await mailsTo(hub, 'b', 'MM4_forward.REQ', 2);
  assert.equal(header(again, 'X-Mms-Message-ID'), header(request, 'X-Mms-Message-ID'));
  assert.notEqual(header(again, 'X-Mms-Transaction-ID'), header(request, 'X-Mms-Transaction-ID'));
  await accept(hub, 'b', resTo(again, 'b'));
  const events = await hub.eventually(messageId, 'AckReceived', 2);
  assert.ok(events.some((event) => event.type === 'ForwardDeferred' && event.newTransaction === true));
});

test('a RES or report from another partner than the one concerned is an orphan and changes nothing', async (context) => {
  const hub = await interconnect(context);
  const request = await forwarded(hub);
  await hub.eventually(messageId, 'ForwardSent');
  await hub.eventually(messageId, 'AckSent');
  const before = await hub.events(messageId);
  await accept(hub, 'c', resTo(request, 'c', 'Error-service-denied'));
  await accept(hub, 'c', reportFrom('c', 'delivery'));
  assert.deepEqual(await hub.events(messageId), before);
  const orphans = (await hub.all('orphan-')).map(eventOf).filter((event) => event.type === 'OrphanReceived');
  assert.deepEqual(
    orphans.map(({ pduKind, concerns }) => [pduKind, concerns !== null]),
    [
      ['MM4_forward.RES', true],
      ['MM4_delivery_report.REQ', false],
    ],
  );
  const [answer = Buffer.alloc(0)] = await mailsTo(hub, 'c', 'MM4_delivery_report.RES', 1);
  assert.equal(header(answer, 'X-Mms-Request-Status-Code'), 'Error-message-not-found');
});

test('a RES or report about nothing we know is kept as an orphan, and answered if it asked', async (context) => {
  const hub = await interconnect(context);
  const unknown = 'nobody-knows@mmsc.op-a.example';
  await accept(
    hub,
    'b',
    system('b', ours, [
      ['X-Mms-Message-Type', 'MM4_forward.RES'],
      ['X-Mms-Transaction-ID', '"nobody-knows"'],
      ['X-Mms-Message-ID', `"${unknown}"`],
      ['X-Mms-Request-Status-Code', 'Ok'],
    ]),
  );
  for (const kind of ['delivery', 'read'] as const) await accept(hub, 'b', reportFrom('b', kind, unknown));
  for (const type of ['MM4_delivery_report.RES', 'MM4_read_reply_report.RES']) {
    const [answer = Buffer.alloc(0)] = await mailsTo(hub, 'b', type, 1);
    assert.equal(header(answer, 'X-Mms-Request-Status-Code'), 'Error-message-not-found');
    assert.equal(header(answer, 'X-Mms-Message-ID'), `"${unknown}"`);
  }
  const kept = (await hub.all('orphan-')).filter(({ type }) => type === 'OrphanReceived');
  assert.equal(kept.length, 3);
  assert.deepEqual(await hub.all('mms-'), []);
});

test('a REQ that comes again is answered again, and neither forwarded nor relayed again', async (context) => {
  const hub = await interconnect(context);
  const wish = {
    from: 'a',
    to: [numberOf.b],
    messageId,
    transactionId: 't-mm-1',
    ack: true,
    reports: true,
  } as const;
  const pdu = forward(wish);
  const report = reportFrom('b', 'delivery');
  await accept(hub, 'a', pdu);
  await hub.eventually(messageId, 'ForwardSent');
  await accept(hub, 'b', report);
  await hub.eventually(messageId, 'ReportRelayed');
  for (let repeat = 0; repeat < 2; repeat += 1) {
    await accept(hub, 'a', pdu);
    await accept(hub, 'b', report);
  }
  const answers = await mailsTo(hub, 'a', 'MM4_forward.RES', 3);
  assert.deepEqual(
    new Set(answers.map((each) => header(each, 'X-Mms-Transaction-ID'))),
    new Set(['"t-mm-1"']),
  );
  assert.deepEqual(
    new Set(answers.map((each) => header(each, 'X-Mms-Request-Status-Code'))),
    new Set(['Ok']),
  );
  await mailsTo(hub, 'b', 'MM4_delivery_report.RES', 3);
  const events = await hub.eventually(messageId, 'AckSent', 6);
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'DuplicateReceived' ? [event.of] : [])),
    ['forward', 'delivery-report', 'forward', 'delivery-report'],
  );
  assert.equal(ofType(hub, 'b', 'MM4_forward.REQ').length, 1);
  assert.equal(ofType(hub, 'a', 'MM4_delivery_report.REQ').length, 1);
});

test('a report under a new id that comes before the RES naming it waits for that RES', async (context) => {
  const hub = await interconnect(context, { dialects: { b: 'renamesIds: true' } });
  const request = await forwarded(hub);
  const theirs = 'b-77@mmsc.op-b.example';
  await accept(hub, 'b', reportFrom('b', 'delivery', theirs));
  const [orphan] = await hub.all('orphan-');
  assert.equal(orphan?.type, 'OrphanReceived');
  const res = resTo(request, 'b');
  await accept(hub, 'b', {
    ...res,
    content: res.content.toString().replace(header(request, 'X-Mms-Message-ID') ?? '', `"${theirs}"`),
  });
  const delivered = only(await hub.eventually(messageId, 'Delivered'), 'Delivered');
  assert.equal(delivered.recipient, numberOf.b);
  const [answer = Buffer.alloc(0)] = await mailsTo(hub, 'b', 'MM4_delivery_report.RES', 1);
  assert.equal(header(answer, 'X-Mms-Request-Status-Code'), 'Ok');
  assert.equal(header(answer, 'X-Mms-Message-ID'), `"${theirs}"`);
  const attached = (await hub.stream(orphan.stream)).at(-1);
  assert.equal(attached?.type, 'Attached');
  assert.match(attached.metadata, /"owed":\[\]/, 'nobody hears "not found"');
});

test('a message that lives in a variant stream and comes back is a loop', async (context) => {
  const hub = await interconnect(context);
  await accept(hub, 'a', forward({ from: 'a', to: [numberOf.c], messageId }));
  const other = { from: 'a', to: [numberOf.b], messageId, body: '\r\nanother one\r\n' } as const;
  await accept(hub, 'a', forward(other));
  await mailsTo(hub, 'b', 'MM4_forward.REQ', 1);
  await accept(hub, 'b', forward({ ...other, from: 'b', ack: true, more: [['X-Mms-Forward-Counter', '1']] }));
  const [refused] = (await hub.all('refused-')).map(eventOf);
  assert.ok(refused?.type === 'RefusedReceived');
  assert.deepEqual(refused.errors, ['loop-detected']);
});

// ---------------------------------------------------------------- what partners do

/** A sends the message; the forward as B gets it. */
async function forwarded(hub: Interconnect): Promise<Buffer> {
  const wish = {
    from: 'a',
    to: [numberOf.b],
    messageId,
    transactionId: 't-mm-1',
    ack: true,
    reports: true,
  } as const;
  await accept(hub, 'a', forward(wish));
  const [request = Buffer.alloc(0)] = await mailsTo(hub, 'b', 'MM4_forward.REQ', 1);
  await hub.eventually(messageId, 'ForwardSent');
  return request;
}

async function accept(hub: Interconnect, from: PartnerName, pdu: Sendable): Promise<void> {
  assert.match(await hub.send(from, pdu), /^250 /);
}

/** The RES to a REQ that we sent, ids as they stand there. */
function resTo(request: Buffer, from: PartnerName, status = 'Ok'): Sendable {
  return system(from, header(request, 'X-Mms-Originator-System') ?? header(request, 'Sender') ?? '', [
    ['X-Mms-Message-Type', (typeOf(request) ?? '').replace('.REQ', '.RES')],
    ['X-Mms-Transaction-ID', header(request, 'X-Mms-Transaction-ID') ?? ''],
    ['X-Mms-Message-ID', header(request, 'X-Mms-Message-ID') ?? ''],
    ['X-Mms-Request-Status-Code', status],
  ]);
}

/** From the recipient to the originator, as a partner knows them. */
function reportFrom(from: PartnerName, kind: 'delivery' | 'read', about = messageId): Sendable {
  const delivery = kind === 'delivery';
  return system(from, originatorAtB, [
    ['From', recipientAtB],
    ['X-Mms-Message-Type', delivery ? 'MM4_delivery_report.REQ' : 'MM4_read_reply_report.REQ'],
    ['X-Mms-Transaction-ID', `"${from}-${kind}"`],
    ['X-Mms-Message-ID', `"${about}"`],
    ['X-Mms-Ack-Request', 'Yes'],
    delivery ? ['X-Mms-MM-Status-Code', 'Retrieved'] : ['X-Mms-Read-Status', 'Read'],
  ]);
}

const ofType = (hub: Interconnect, name: PartnerName, type: string): readonly Buffer[] =>
  hub.peers[name].mails.map(({ content }) => content).filter((content) => typeOf(content) === type);

/** Waits until a partner has so many PDUs of a type. */
async function mailsTo(
  hub: Interconnect,
  name: PartnerName,
  type: string,
  count: number,
): Promise<readonly Buffer[]> {
  return until(`${count} ${type} at ${name}`, () => {
    const found = ofType(hub, name, type);
    return found.length >= count && found;
  });
}

function only<T extends MmsEvent['type']>(
  events: readonly MmsEvent[],
  type: T,
): Extract<MmsEvent, { type: T }> {
  const found = events.filter((event): event is Extract<MmsEvent, { type: T }> => event.type === type);
  const [first] = found;
  assert.ok(first !== undefined && found.length === 1, `one ${type}, not ${found.length}`);
  return first;
}
