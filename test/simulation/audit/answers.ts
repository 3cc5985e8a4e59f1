import type { ReadPdu } from '../pdu.ts';
import { partnerOfRoute } from '../places.ts';
import { bare, key, type Books, type Problem, type Request } from './books.ts';
import { repeatsOf } from './repeats.ts';

const promise = 'one RES for each REQ that asked';

/**
 * Each REQ that asked for a RES and got a 250 gets one, with its own ids, that says what became of it; one more only for a repeat of the
 * REQ, or where nobody knows whether the first went out. No other REQ gets any.
 */
export function answerProblems(books: Books): readonly Problem[] {
  const abandoned = abandonedAnswers(books);
  const planned = plannedAnswers(books);
  const given = Map.groupBy(
    books.arrivals.filter(({ pdu }) => pdu.type.endsWith('.RES')),
    ({ partner, pdu }) => key(partner, pdu.transactionId),
  );
  const strangers = [...given.keys()].filter((name) => books.requests.get(name)?.wantsRes !== true);
  return [
    ...strangers.map((name) => ({ promise, what: `${name} asked for no RES and got one` })),
    ...[...books.requests].flatMap(([name, request]) => {
      const wrong = (what: string): Problem => ({ promise, what: `${name} ${what}` });
      const copies = given.get(name) ?? [];
      const plans = planned.get(name) ?? [];
      const silent =
        request.wantsRes && request.said250 > 0 && copies.length === 0 && !abandoned.has(name)
          ? [wrong('got a 250 and no RES')]
          : [];
      const streams = [...new Set(plans.map(({ stream }) => stream))];
      const transaction = bare(request.transactionId);
      const allowed = request.mailed + repeatsOf(books, transaction, copies, streams);
      const many =
        copies.length > allowed ? [wrong(`got ${copies.length} RES, and ${allowed} at most are right`)] : [];
      return [
        ...silent,
        ...many,
        ...copies.flatMap(({ pdu }) => falseAnswer(pdu, request, plans).map(wrong)),
      ];
    }),
  ];
}

/** A RES that the streams know of. */
interface Planned {
  readonly stream: string;
  readonly name: string;
  readonly status: string;
  /** It belongs to a message, and not to an orphan or a refused PDU. */
  readonly isTaken: boolean;
}

/** By what they answer. */
function plannedAnswers({ streams }: Books): ReadonlyMap<string, readonly Planned[]> {
  const all = [...streams].flatMap(([stream, committed]) =>
    committed.flatMap(({ event }) => {
      const plan = 'answer' in event && typeof event.answer === 'object' ? event.answer : null;
      if (plan === null) return [];
      const { rfcMessageId, status, route, transactionId } = plan;
      const of = key(partnerOfRoute(route), transactionId);
      return [{ of, stream, name: rfcMessageId, status, isTaken: stream.startsWith('mms-') }];
    }),
  );
  return Map.groupBy(all, ({ of }) => of);
}

/** It is one that is recorded, word for word, and is a yes if and only if the message that it is about was taken. */
function falseAnswer(pdu: ReadPdu, { messageId }: Request, plans: readonly Planned[]): readonly string[] {
  const plan = plans.find(({ name }) => name === pdu.header('Message-ID'));
  const status = pdu.header('X-Mms-Request-Status-Code');
  if (plan === undefined) return [`got the RES ${pdu.header('Message-ID')}, which nothing owes`];
  if (pdu.messageId !== messageId) return [`got a RES that names ${pdu.messageId}`];
  if (status !== plan.status) return [`got a RES that says ${status}, where ${plan.status} is recorded`];
  return (status === 'Ok') === plan.isTaken
    ? []
    : [`got a RES that says ${status}, and it was ${plan.isTaken ? '' : 'not '}taken`];
}

/** RES that were rightly given up: the partner refused them for good, or time was set and their deadline came early. */
function abandonedAnswers(books: Books): ReadonlySet<string> {
  const names = new Set<string>();
  for (const committed of books.streams.values()) {
    for (const { event } of committed) {
      if (event.type !== 'AckAbandoned') continue;
      for (const { event: owing } of committed) {
        const plan = 'answer' in owing && typeof owing.answer === 'object' ? owing.answer : null;
        if (plan?.answer !== event.answer) continue;
        const transaction = bare(plan.transactionId);
        const refused = (books.outcomes.get(transaction) ?? []).some(
          (outcome) => outcome.kind === 'refused' && outcome.reply.code >= 500,
        );
        if (refused || books.timeJumped) names.add(key(partnerOfRoute(plan.route), transaction));
      }
    }
  }
  return names;
}
