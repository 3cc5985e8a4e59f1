import { messagesIn, ofType, wishesOf, type Books, type Committed, type Problem } from './books.ts';

/** Everything comes to an end that the design names: each message is closed, each of its recipients settled, each pause over. */
export function endProblems(books: Books): readonly Problem[] {
  return [
    ...messagesIn(books).flatMap((stream) => messageEnds(books, stream)),
    ...[...books.streams]
      .filter(([name]) => name.startsWith('partner-'))
      .flatMap(([, events]) => pauseEnds(events)),
  ];
}

const promise = 'everything ends';

function messageEnds(books: Books, stream: readonly Committed[]): readonly Problem[] {
  const name = stream[0]?.stream ?? '';
  const received = ofType(stream, 'Received');
  // Variants that were only opened have nobody in them.
  if (received.length === 0) return [{ promise, what: `${name} holds no message` }];
  const last = stream.findLast(({ event }) => event.type === 'Closed' || event.type === 'Reopened');
  const problems: Problem[] = [];
  if (last?.event.type !== 'Closed')
    problems.push({
      promise,
      what: `${name} never ends; its last event is ${stream.at(-1)?.event.type ?? 'none'}`,
    });
  if (stream.some(({ event }) => event.type === 'Parked'))
    problems.push({ promise, what: `${name} was parked: it made its worker fail` });
  for (const intake of received) {
    for (const { address } of intake.recipients) {
      if (!isSettled(stream, address, wishesOf(books, intake).delivery))
        problems.push({ promise, what: `${name}: nobody knows what became of ${address}` });
    }
  }
  return problems;
}

/** It failed, arrived, or (where no report was asked for) was handed over or read. */
function isSettled(stream: readonly Committed[], address: string, wantsDelivery: boolean): boolean {
  const legs = new Set<number>();
  let settled = false;
  let taken = false;
  for (const { event } of stream) {
    switch (event.type) {
      case 'Routed':
        if (event.recipient === address && event.to.kind === 'route') legs.add(event.to.leg);
        break;
      case 'Rerouted':
        if (event.recipients.includes(address)) legs.add(event.newLeg);
        break;
      case 'ForwardDeferred':
        if (event.newLeg !== undefined && event.recipients.includes(address)) legs.add(event.newLeg);
        break;
      case 'Delivered':
      case 'DeliveryFailed':
        settled ||= event.recipient === address && event.stands;
        break;
      case 'ReadReported':
        // Whoever read it has it, though the report on the delivery itself got lost.
        settled ||= event.recipient === address;
        break;
      case 'DeliveryDeferred':
        // `Forwarded` or `Deferred` is the last word that some partners have.
        settled ||= event.recipient === address && !wantsDelivery;
        break;
      case 'AckReceived':
        settled ||= !wantsDelivery && event.recipients.includes(address) && event.status.class === 'success';
        break;
      case 'ForwardRefused':
        // Sent again for want of a RES: what the partner took before it has.
        settled ||= !wantsDelivery && taken && event.recipients.includes(address);
        break;
      case 'ForwardSent':
        taken ||= event.recipients.includes(address);
        settled ||= !wantsDelivery && event.ackUntil === null && event.recipients.includes(address);
        break;
      case 'AckTimedOut':
        settled ||= !wantsDelivery && event.then === 'leave' && legs.has(event.leg ?? -1);
        break;
      default:
    }
  }
  return settled;
}

/** Every pause in this world has an end. */
function pauseEnds(stream: readonly Committed[]): readonly Problem[] {
  const types = stream
    .map(({ event }): string => event.type)
    .filter((type) => type === 'Paused' || type === 'Resumed');
  return types.at(-1) === 'Paused'
    ? [{ promise, what: `${stream[0]?.stream ?? ''} is paused for ever` }]
    : [];
}
