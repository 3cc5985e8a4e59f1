import { forgersText } from '../partners.ts';
import { partnerOfRoute } from '../places.ts';
import { messagesIn, ofType, type Books, type Problem } from './books.ts';
import { routeOfLeg } from './claims.ts';

/** Nothing comes of a RES or a name for a message from whoever does not own the leg. */
export function forgeryProblems(books: Books): readonly Problem[] {
  return [...forgedAnswers(books), ...forgedNames(books)];
}

const promise = 'nothing from a forger';

function forgedAnswers(books: Books): readonly Problem[] {
  return messagesIn(books).flatMap((stream) =>
    stream.flatMap(({ stream: name, event }): readonly Problem[] => {
      if (event.type !== 'AckReceived' && event.type !== 'ReportAckReceived') return [];
      const forged = (): readonly Problem[] => [
        { promise, what: `${name}: the RES of ${event.pdu.from.partner} counts, which is not its to give` },
      ];
      if (event.text === forgersText) return forged();
      if (event.type === 'ReportAckReceived') return [];
      return partnerOfRoute(routeOfLeg(books, name, event.leg)) === event.pdu.from.partner ? [] : forged();
    }),
  );
}

/** Only op-b gives names of its own, and each leads to the message that it was made for. */
function forgedNames(books: Books): readonly Problem[] {
  return [...books.streams].flatMap(([name, events]): readonly Problem[] => {
    if (!name.startsWith('alias-')) return [];
    return events.flatMap(({ data }): readonly Problem[] => {
      const { partner, id, home } = JSON.parse(data) as { partner: string; id: string; home: string };
      const [received] = ofType(books.streams.get(home) ?? [], 'Received');
      const given = `b.${received?.messageId.normal ?? ''}.${received?.bodySha256.slice(0, 6) ?? ''}`;
      const right = partner === 'op-b' && id === given;
      return right ? [] : [{ promise, what: `${partner} gave ${home} the name ${id}` }];
    });
  });
}
