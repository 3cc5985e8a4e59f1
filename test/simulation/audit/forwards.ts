import type { ForwardStarted, MmsEvent } from '../../../domain/mms/events.ts';
import { numberIn } from '../pdu.ts';
import { changedHeads } from './heads.ts';
import { ofType, type Arrival, type Books, type Committed, type Problem } from './books.ts';

/** One message: what its stream says of its forwards, and what came to partners. */
interface Sending {
  readonly stream: string;
  readonly committed: readonly Committed[];
  readonly started: readonly ForwardStarted[];
  readonly arrivals: readonly Arrival[];
}

/** Bytes out are bytes in; what is sent once more has a reason in the stream; what is said to be sent was sent. */
export function forwardProblems(books: Books): readonly Problem[] {
  return [...books.streams].flatMap(([stream, committed]) => {
    const started = ofType(committed, 'ForwardStarted');
    const ours = new Set(started.map(({ transactionId }) => transactionId));
    const arrivals = books.arrivals.filter(({ pdu }) => ours.has(pdu.transactionId));
    const sending: Sending = { stream, committed, started, arrivals };
    return [
      ...changedBodies(sending),
      ...changedHeads(books, stream, committed, arrivals),
      ...changedIds(sending),
      ...repeatedLegs(sending),
      ...repeatedRecipients(sending),
      ...falseRecords(sending),
      ...forgottenAnswers(sending),
    ];
  });
}

function changedBodies({ stream, committed, arrivals }: Sending): readonly Problem[] {
  const bodies = ofType(committed, 'Received').map(({ bodySha256 }) => bodySha256);
  return arrivals
    .filter(({ pdu }) => !bodies.includes(pdu.bodySha256))
    .map(({ partner }) => ({
      promise: 'bytes out are bytes in',
      what: `${stream} left for ${partner} with another body`,
    }));
}

/** A repeat goes out under the same ids, unless the transaction before it had been refused. */
function changedIds({ stream, committed, started, arrivals }: Sending): readonly Problem[] {
  const promise = 'ids before effects';
  const problems: Problem[] = [];
  for (const { pdu } of arrivals) {
    const claims = started.filter(({ transactionId }) => transactionId === pdu.transactionId);
    if (claims.some(({ rfcMessageId }) => rfcMessageId !== pdu.header('Message-ID')))
      problems.push({ promise, what: `${stream}: ${pdu.transactionId} left under another Message-ID` });
  }
  for (const leg of new Set(started.map((claim) => claim.leg))) {
    const ids = new Set(started.filter((claim) => claim.leg === leg).map((claim) => claim.transactionId));
    const renewals = committed.filter(
      ({ event }) =>
        (event.type === 'ForwardDeferred' || event.type === 'Resent') &&
        event.leg === leg &&
        event.newTransaction === true,
    ).length;
    if (ids.size > 1 + renewals)
      problems.push({ promise, what: `${stream} leg ${leg} had ${ids.size} transaction ids` });
  }
  return problems;
}

function repeatedLegs({ stream, committed, started, arrivals }: Sending): readonly Problem[] {
  return [...new Set(started.map((claim) => claim.leg))].flatMap((leg): readonly Problem[] => {
    const mine = started.filter((claim) => claim.leg === leg).map(({ transactionId }) => transactionId);
    const copies = arrivals.filter(({ pdu }) => mine.includes(pdu.transactionId)).length;
    const reasons = committed.filter(({ event }) => isReason(event, leg)).length;
    if (copies <= 1 + reasons) return [];
    const what = `${stream} leg ${leg} went out ${copies} times, with ${reasons} reasons to repeat it`;
    return [{ promise: 'nothing twice', what }];
  });
}

/** Why a leg may go out once more. */
function isReason(event: MmsEvent, leg: number): boolean {
  switch (event.type) {
    case 'ForwardOutcomeUnknown':
    case 'Resent':
      return event.leg === leg;
    case 'AckTimedOut':
      return event.leg === leg && event.then === 'resend';
    case 'ForwardDeferred':
      return event.leg === leg && event.newTransaction === true;
    default:
      return false;
  }
}

/** A recipient is reached by one transaction, and by another only where an event says that and why. */
function repeatedRecipients({ stream, committed, arrivals }: Sending): readonly Problem[] {
  const recipients = new Set(arrivals.flatMap(({ pdu }) => pdu.rcptTo.map(numberIn)));
  return [...recipients].flatMap((recipient): readonly Problem[] => {
    const copies = arrivals.filter(({ pdu }) => pdu.rcptTo.map(numberIn).includes(recipient));
    const transactions = new Set(copies.map(({ pdu }) => pdu.transactionId)).size;
    const reasons = committed.filter(
      ({ event }) =>
        (event.type === 'ForwardDeferred' || event.type === 'Rerouted' || event.type === 'Resent') &&
        event.recipients.includes(recipient),
    ).length;
    if (transactions <= 1 + reasons) return [];
    return [{ promise: 'nothing twice', what: `${stream} went to ${recipient} ${transactions} times` }];
  });
}

function falseRecords({ stream, committed, started, arrivals }: Sending): readonly Problem[] {
  return ofType(committed, 'ForwardSent').flatMap(({ leg, attempt, bodySha256 }): readonly Problem[] => {
    const claim = started.find((one) => one.leg === leg && one.attempt === attempt);
    const isTrue = arrivals.some(
      ({ pdu }) => pdu.transactionId === claim?.transactionId && pdu.bodySha256 === bodySha256,
    );
    if (isTrue) return [];
    const what = `${stream} leg ${leg} attempt ${attempt} is recorded as sent, and was not, or not so`;
    return [{ promise: 'what is recorded happened', what }];
  });
}

/** What a partner has said Ok to is not sent to it again, except by an operator's hand. */
function forgottenAnswers({ stream, committed }: Sending): readonly Problem[] {
  const answered = new Map<string, number>();
  return committed.flatMap(({ event, revision }): readonly Problem[] => {
    if (event.type === 'AckReceived' && event.status.class === 'success')
      for (const recipient of event.recipients) answered.set(`${event.leg} ${recipient}`, revision);
    if (event.type === 'Resent')
      for (const recipient of event.recipients) answered.delete(`${event.leg} ${recipient}`);
    if (event.type !== 'ForwardStarted') return [];
    const again = event.recipients.filter((recipient) => answered.has(`${event.leg} ${recipient}`));
    const what = `${stream}: ${again.join(', ')} had been answered for when leg ${event.leg} was begun again`;
    return again.length === 0 ? [] : [{ promise: 'an answer is not forgotten', what }];
  });
}
