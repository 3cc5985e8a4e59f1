import type { EventStore, SendOutcome } from '../../../domain/ports.ts';
import type { Message } from '../pdu.ts';
import type { SentReport } from '../partners.ts';
import type { PartnerName } from '../places.ts';
import { answerProblems } from './answers.ts';
import { key, openBooks, type Arrival, type Books, type Problem, type Request } from './books.ts';
import { chainProblems } from './chains.ts';
import { claims as openClaims } from './claims.ts';
import { deadlineProblems } from './deadlines.ts';
import { durability } from './durability.ts';
import { endProblems } from './ends.ts';
import { forgeryProblems } from './forgeries.ts';
import { forwardProblems } from './forwards.ts';
import { reportProblems } from './reports.ts';
import { waitingProblems } from './waiting.ts';

export type { Problem } from './books.ts';

/**
 * Watches the world and, at the end, compares what it wrote down with what the streams say. It knows the engine's events and nothing
 * else of it: hashes, ids, statuses and what is owed it works out by itself.
 */
export interface Auditor {
  readonly books: Books;
  /** The store, watched. */
  watch(store: EventStore): EventStore;
  /** A partner begins to mail a REQ; `message`: of a forward. */
  mails(request: Omit<Request, 'said250' | 'mailed'>, message?: Message): void;
  /** A PDU of a partner's is on its way once more. */
  mailsAgain(partner: PartnerName, transactionId: string): void;
  reports(report: SentReport): void;
  said250(partner: PartnerName, transactionId: string): void;
  opened(worker: string, route: string): void;
  arrived(arrival: Arrival): void;
  ended(transactionId: string, outcome: SendOutcome): void;
  /** Something that somebody else found. */
  found(promise: string, what: string): void;
  verdict(): readonly Problem[];
}

export function auditor(now: () => number): Auditor {
  const books = openBooks(now);
  const sessions = new Map<string, number>();
  const kept = durability(books);
  const claims = openClaims(books, (worker, route) => sessions.get(`${worker} ${route}`) ?? 0);
  const found: Problem[] = [];
  return {
    books,
    watch: books.watch,
    mails: (request, message) => {
      const name = key(request.partner, request.transactionId);
      if (!books.requests.has(name)) books.requests.set(name, { ...request, mailed: 0, said250: 0 });
      if (message !== undefined) books.mailed.set(name, message);
    },
    reports: (report) => {
      const { partner, transactionId, named } = report;
      const name = key(partner, transactionId);
      books.reports.set(name, report);
      const request = { partner, transactionId, messageId: named, wantsRes: true };
      books.requests.set(name, { ...request, mailed: 0, said250: 0 });
    },
    mailsAgain: (partner, transactionId) => {
      const request = books.requests.get(key(partner, transactionId));
      if (request !== undefined) request.mailed += 1;
    },
    said250: kept.said250,
    opened: (worker, route) => {
      const name = `${worker} ${route}`;
      sessions.set(name, (sessions.get(name) ?? 0) + 1);
    },
    arrived: (arrival) => {
      books.arrived(arrival);
      if (arrival.pdu.type === 'MM4_forward.REQ') claims.arrived(arrival);
    },
    ended: (transactionId, outcome) => {
      books.outcomes.set(transactionId, [...(books.outcomes.get(transactionId) ?? []), outcome]);
    },
    found: (promise, what) => found.push({ promise, what }),
    verdict: () => [
      ...found,
      ...kept.problems,
      ...claims.problems,
      ...chainProblems(books),
      ...deadlineProblems(books),
      ...forwardProblems(books),
      ...answerProblems(books),
      ...reportProblems(books),
      ...forgeryProblems(books),
      ...waitingProblems(books),
      ...endProblems(books),
    ],
  };
}
