import type { MmsEvent } from '../../../domain/mms/events.ts';
import { ofType, type Books, type Problem } from './books.ts';

/** Bytes out are bytes in; what is sent once more has a reason in the stream; what is said to be sent was sent. */
export function forwardProblems(books: Books): readonly Problem[] {
  return [...books.streams].flatMap(([stream, committed]) => {
    const received = ofType(committed, 'Received');
    const started = ofType(committed, 'ForwardStarted');
    const arrivals = books.arrivals.filter(({ pdu }) =>
      started.some(({ transactionId }) => transactionId === pdu.transactionId),
    );
    const problems: Problem[] = [];
    for (const { pdu, partner } of arrivals) {
      if (received.every(({ bodySha256 }) => bodySha256 !== pdu.bodySha256))
        problems.push({
          promise: 'bytes out are bytes in',
          what: `${stream} left for ${partner} with another body`,
        });
      const ids = started.filter(({ transactionId }) => transactionId === pdu.transactionId);
      if (ids.some(({ rfcMessageId }) => rfcMessageId !== pdu.header('Message-ID')))
        problems.push({
          promise: 'ids before effects',
          what: `${stream}: ${pdu.transactionId} left under another Message-ID`,
        });
    }
    for (const leg of new Set(started.map((claim) => claim.leg))) {
      const mine = started.filter((claim) => claim.leg === leg).map(({ transactionId }) => transactionId);
      const copies = arrivals.filter(({ pdu }) => mine.includes(pdu.transactionId)).length;
      const reasons = committed.filter(({ event }) => isReason(event, leg)).length;
      if (copies > 1 + reasons)
        problems.push({
          promise: 'nothing twice',
          what: `${stream} leg ${leg} went out ${copies} times, with ${reasons} reasons to repeat it`,
        });
    }
    for (const { leg, attempt, bodySha256 } of ofType(committed, 'ForwardSent')) {
      const claim = started.find((one) => one.leg === leg && one.attempt === attempt);
      const isTrue = arrivals.some(
        ({ pdu }) => pdu.transactionId === claim?.transactionId && pdu.bodySha256 === bodySha256,
      );
      if (!isTrue)
        problems.push({
          promise: 'what is recorded happened',
          what: `${stream} leg ${leg} attempt ${attempt} is recorded as sent, and was not (so)`,
        });
    }
    return problems;
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
