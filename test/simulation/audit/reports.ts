import type { MmsEvent } from '../../../domain/mms/events.ts';
import type { SentReport } from '../partners.ts';
import { numberIn } from '../pdu.ts';
import { repeatsOf } from './repeats.ts';
import {
  bare,
  key,
  messageIdOf,
  messagesIn,
  ofType,
  type Books,
  type Committed,
  wishesOf,
  type Problem,
} from './books.ts';

type StatusEvent = Extract<
  MmsEvent,
  { type: 'Delivered' | 'DeliveryDeferred' | 'DeliveryFailed' | 'ReadReported' }
>;

/** Reports are believed from whom they may come, go only where they belong, and whoever asked hears of each recipient. */
export function reportProblems(books: Books): readonly Problem[] {
  const planned = new Map<string, { readonly stream: readonly Committed[]; readonly event: StatusEvent }>();
  for (const stream of messagesIn(books)) {
    for (const event of statusesIn(stream))
      if (event.relay !== null) planned.set(event.relay.transactionId, { stream, event });
  }
  return [
    ...messagesIn(books).flatMap((stream) => believed(books, stream)),
    ...relayed(books, planned),
    ...[...planned].flatMap(([id, { stream, event }]) => repeated(books, id, stream, event)),
    ...messagesIn(books).flatMap((stream) => heard(books, stream)),
  ];
}

function statusesIn(stream: readonly Committed[]): readonly StatusEvent[] {
  return stream.map(({ event }) => event).filter((event): event is StatusEvent => 'stands' in event);
}

const statusOf = (event: StatusEvent): string => ('status' in event ? event.status : 'Retrieved');

/** What a stream says that a partner reported, that partner reported: about this message and recipient, having got it. */
function believed(books: Books, stream: readonly Committed[]): readonly Problem[] {
  const problems: Problem[] = [];
  const name = stream[0]?.stream ?? '';
  for (const event of statusesIn(stream)) {
    const { source } = event;
    if (source.kind !== 'partner') continue;
    const report = key(source.pdu.from.partner, bare(source.pdu.transactionId));
    const wrong = (what: string, promise = 'reports go where they belong'): void =>
      void problems.push({ promise, what: `${name}: the report ${report} ${what}` });
    const sent = books.reports.get(report);
    if (sent === undefined) wrong('was sent by nobody');
    else if (sent.forged && !hadIt(books, sent)) wrong('is forged, and counts', 'nothing from a forger');
    else if (sent.messageId !== messageIdOf(stream)) wrong(`is about ${sent.messageId}`);
    else if (sent.recipient !== event.recipient) wrong(`is about ${sent.recipient}, not ${event.recipient}`);
    else if (sent.status !== statusOf(event)) wrong(`says ${sent.status}, not ${statusOf(event)}`);
  }
  return problems;
}

/** A message that an operator sent another way may be at both partners: then nobody can tell a forgery from a report. */
function hadIt({ arrivals }: Books, { partner, messageId, recipient }: SentReport): boolean {
  return arrivals.some(
    (arrival) =>
      arrival.partner === partner &&
      arrival.pdu.type === 'MM4_forward.REQ' &&
      arrival.pdu.messageId === messageId &&
      arrival.pdu.rcptTo.map(numberIn).includes(recipient),
  );
}

/** Each report that a partner got was owed to it, and says what happened to its own message. */
function relayed(
  books: Books,
  planned: ReadonlyMap<string, { readonly stream: readonly Committed[]; readonly event: StatusEvent }>,
): readonly Problem[] {
  return books.arrivals.flatMap(({ partner, pdu }): readonly Problem[] => {
    const isDelivery = pdu.type === 'MM4_delivery_report.REQ';
    if (!isDelivery && pdu.type !== 'MM4_read_reply_report.REQ') return [];
    const { stream, event } = planned.get(pdu.transactionId) ?? {};
    const wrong = (what: string): readonly Problem[] => [
      {
        promise: 'reports go where they belong',
        what: `${partner} got the report ${pdu.transactionId} ${what}`,
      },
    ];
    if (stream === undefined || event === undefined) return wrong('that nothing owes');
    const origins = ofType(stream, 'Received').filter(({ recipients }) =>
      recipients.some(({ address }) => address === event.recipient),
    );
    if (origins.every(({ from }) => from.partner !== partner))
      return wrong('on a message that is not its own');
    if (pdu.messageId !== messageIdOf(stream)) return wrong(`under the id ${pdu.messageId}`);
    if (numberIn(pdu.header('From')) !== event.recipient) return wrong('about somebody else');
    const said = pdu.header(isDelivery ? 'X-Mms-MM-Status-Code' : 'X-Mms-Read-Status');
    return said === statusOf(event) ? [] : wrong(`that says ${said} and not ${statusOf(event)}`);
  });
}

/** A report goes out once, and once more only where it is not known or not recorded that it went, or where it was refused for now. */
function repeated(
  books: Books,
  id: string,
  stream: readonly Committed[],
  { relay }: StatusEvent,
): readonly Problem[] {
  const copies = books.arrivals.filter(({ pdu }) => pdu.transactionId === id);
  const putOff = ofType(stream, 'ReportDeferred').filter(({ report }) => report === relay?.report).length;
  const allowed = 1 + putOff + repeatsOf(books, id, copies, [stream[0]?.stream ?? '']);
  if (copies.length <= allowed) return [];
  const what = `the report ${id} went out ${copies.length} times, with ${allowed - 1} reasons to repeat it`;
  return [{ promise: 'nothing twice', what }];
}

/** Who asked for a report, and is a partner, hears the news that stand. */
function heard(books: Books, stream: readonly Committed[]): readonly Problem[] {
  const dropped = ofType(stream, 'Dropped').flatMap(({ recipients }) => recipients);
  return statusesIn(stream)
    .filter(({ stands }) => stands)
    .flatMap((event): readonly Problem[] => {
      const intake = ofType(stream, 'Received').find(({ recipients }) =>
        recipients.some(({ address }) => address === event.recipient),
      );
      if (intake === undefined || intake.from.partner === '@own') return [];
      const wishes = wishesOf(books, intake);
      const asked = event.type === 'ReadReported' ? wishes.read : wishes.delivery;
      if (!asked || dropped.includes(event.recipient)) return [];
      const of = `${stream[0]?.stream ?? ''}: ${statusOf(event)} of ${event.recipient}`;
      const silence = (why: string): readonly Problem[] => [
        { promise: 'the originator hears it', what: `${of} ${why}` },
      ];
      if (event.relay === null) return silence('is owed to nobody');
      const { report, transactionId } = event.relay;
      if (books.arrivals.some(({ pdu }) => pdu.transactionId === transactionId)) return [];
      const givenUp = ofType(stream, 'ReportAbandoned').find((abandoned) => abandoned.report === report);
      const refused = (books.outcomes.get(transactionId) ?? []).some(
        (outcome) => outcome.kind === 'refused' && outcome.reply.code >= 500,
      );
      return givenUp !== undefined && (refused || books.timeJumped)
        ? []
        : silence('never came to the originator');
    });
}
