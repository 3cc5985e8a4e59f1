import { messagesIn, type Books, type Committed, type Problem } from './books.ts';

/** Clocks of engines may be apart by less than this, ms. */
const tolerance = 60_000;

/** Nothing is given up before its time, but by an operator; and where the clock itself was set, nobody can tell. */
export function deadlineProblems(books: Books): readonly Problem[] {
  return books.timeJumped ? [] : messagesIn(books).flatMap(givenUpEarly);
}

function givenUpEarly(stream: readonly Committed[]): readonly Problem[] {
  const deadlines = new Map<string, number>();
  return stream.flatMap(({ stream: name, event, at }): readonly Problem[] => {
    switch (event.type) {
      case 'Routed':
        deadlines.set(event.recipient, event.deadline);
        return [];
      case 'Rerouted':
      case 'Resent':
        for (const recipient of event.recipients) deadlines.set(recipient, event.deadline);
        return [];
      case 'DeliveryFailed': {
        const { source, recipient, status } = event;
        if (source.kind !== 'us' || status !== 'Expired' || source.why.text.startsWith('expired by'))
          return [];
        const deadline = deadlines.get(recipient) ?? 0;
        if (at >= deadline - tolerance) return [];
        const what = `${name}: ${recipient} expired ${Math.round((deadline - at) / 1_000)} s early`;
        return [{ promise: 'nothing is given up before its time', what }];
      }
      default:
        return [];
    }
  });
}
