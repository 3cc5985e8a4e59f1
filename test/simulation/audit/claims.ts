import type { MmsEvent } from '../../../domain/mms/events.ts';
import { numberIn } from '../pdu.ts';
import type { Arrival, Books, Problem } from './books.ts';

interface Claim {
  readonly stream: string;
  readonly leg: number;
  readonly attempt: number;
  readonly worker: string;
  readonly recipients: readonly string[];
  readonly leaseUntil: number;
  /** What ended it; null: it stands. */
  ended: string | null;
}

export interface Claims {
  /** A partner has just taken a forward. */
  arrived(arrival: Arrival): void;
  readonly problems: readonly Problem[];
}

/**
 * No send without a claim, and never two workers that both know they own an attempt: whoever's final dot is on its way holds, at that
 * instant, the one claim that stands.
 */
export function claims(books: Books, sessionsOf: (worker: string, route: string) => number): Claims {
  const problems: Problem[] = [];
  const byTransaction = new Map<string, Claim>();
  const wrong = (what: string): void => void problems.push({ promise: 'no send without a claim', what });

  books.onCommit(({ stream, event, worker, at }) => {
    switch (event.type) {
      case 'ForwardStarted': {
        const { leg, attempt, transactionId, recipients, leaseUntil } = event;
        const before = byTransaction.get(transactionId);
        const standing = [...byTransaction.values()].find(
          (claim) => claim.stream === stream && claim.leg === leg && claim.ended === null,
        );
        if (standing !== undefined)
          wrong(`${stream} leg ${leg}: claimed while attempt ${standing.attempt} stands`);
        if (before !== undefined && before.attempt >= attempt)
          wrong(`${stream} leg ${leg}: attempt ${attempt} is claimed twice`);
        byTransaction.set(transactionId, {
          stream,
          leg,
          attempt,
          worker: event.worker,
          recipients,
          leaseUntil,
          ended: null,
        });
        const route = routeOfLeg(books, stream, leg);
        if (event.worker !== worker) wrong(`${stream} leg ${leg}: ${worker} claims for ${event.worker}`);
        if (sessionsOf(worker, route) === 0) {
          problems.push({
            promise: 'waiting costs no events',
            what: `${stream} leg ${leg}: claimed by ${worker}, which has no session to ${route}`,
          });
        }
        break;
      }
      case 'ForwardSent':
      case 'ForwardRefused':
      case 'ForwardDeferred':
      case 'ForwardOutcomeUnknown':
        for (const claim of byTransaction.values()) {
          const isIt = claim.stream === stream && claim.leg === event.leg && claim.attempt === event.attempt;
          if (!isIt) continue;
          claim.ended ??= event.type;
          if (claim.worker !== worker && !mayBeSaidByOthers(books, event, claim, at))
            wrong(
              `${stream} leg ${event.leg}: ${worker} says ${event.type} of ${claim.worker}'s attempt ${event.attempt}`,
            );
        }
        break;
      default:
    }
  });

  return {
    problems,
    arrived: ({ partner, pdu, worker }) => {
      const { transactionId } = pdu;
      const claim = byTransaction.get(transactionId);
      if (claim === undefined) return wrong(`${partner} got ${transactionId}, which nobody claimed`);
      if (claim.worker !== worker) wrong(`${worker} sent ${transactionId} on the claim of ${claim.worker}`);
      else if (claim.ended !== null)
        wrong(`${worker} sent ${transactionId} though its claim had ended (${claim.ended})`);
      const strangers = pdu.rcptTo.map(numberIn).filter((number) => !claim.recipients.includes(number));
      if (strangers.length > 0)
        wrong(`${transactionId} went to ${strangers.join(', ')}, who are not in its claim`);
    },
  };
}

/** Clocks of engines may be apart by less than this, ms. */
const tolerance = 60_000;

/** Whoever has the claim says what became of it. Once its lease is over others may say that nobody knows; a RES for now is told by whom it reaches. */
function mayBeSaidByOthers(books: Books, event: MmsEvent, { leaseUntil }: Claim, at: number): boolean {
  if (event.type === 'ForwardDeferred') return event.newTransaction === true || event.newLeg !== undefined;
  return event.type === 'ForwardOutcomeUnknown' && (books.timeJumped || at > leaseUntil - tolerance);
}

/** The route a leg was opened on. */
export function routeOfLeg({ streams }: Pick<Books, 'streams'>, stream: string, leg: number): string {
  for (const { event } of streams.get(stream) ?? []) {
    if (event.type === 'Routed' && event.to.kind === 'route' && event.to.leg === leg) return event.to.route;
    if (event.type === 'Rerouted' && event.newLeg === leg) return event.route;
    if (event.type === 'ForwardDeferred' && event.newLeg === leg)
      return routeOfLeg({ streams }, stream, event.leg);
  }
  return '';
}
