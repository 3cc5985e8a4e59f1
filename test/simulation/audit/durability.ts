import type { MmsEvent } from '../../../domain/mms/events.ts';
import { sha256, type Message } from '../pdu.ts';
import type { PartnerName } from '../places.ts';
import { bare, key, ofType, type Books, type Committed, type Problem } from './books.ts';

export interface Durability {
  /** The engine has just said 250 to a PDU. */
  said250(partner: PartnerName, transactionId: string): void;
  readonly problems: readonly Problem[];
}

/** 250 means durable: at the instant it is said, the PDU is in the store, and a message with the digest of what was mailed. */
export function durability(books: Books): Durability {
  const problems: Problem[] = [];
  const recorded = new Map<string, Committed[]>();
  books.onCommit((committed) => {
    const name = nameOf(committed.event);
    if (name !== null) recorded.set(name, [...(recorded.get(name) ?? []), committed]);
  });
  const wrong = (what: string): void => void problems.push({ promise: '250 means durable', what });
  return {
    problems,
    said250: (partner, transactionId) => {
      const name = key(partner, transactionId);
      const request = books.requests.get(name);
      if (request !== undefined) request.said250 += 1;
      const places = recorded.get(name) ?? [];
      if (places.length === 0) return wrong(`${name} got a 250 and is nowhere in the store`);
      const message = books.mailed.get(name);
      if (message === undefined) return;
      const isKept = places.some(
        ({ stream, event }) =>
          event.type === 'RefusedReceived' || holds(books.streams.get(stream) ?? [], partner, message),
      );
      if (!isKept) wrong(`${name} got a 250, and what is stored is not what was mailed`);
    },
  };
}

/** The sender's name for the PDU that an event is about; null: about none. */
function nameOf(event: MmsEvent): string | null {
  switch (event.type) {
    case 'Received':
      return key(event.from.partner, event.transactionId.normal);
    case 'AckReceived':
    case 'ReportAckReceived':
    case 'DuplicateReceived':
    case 'OrphanReceived':
    case 'RefusedReceived':
      return key(event.pdu.from.partner, bare(event.pdu.transactionId));
    case 'Delivered':
    case 'DeliveryDeferred':
    case 'DeliveryFailed':
    case 'ReadReported':
      return event.source.kind === 'partner'
        ? key(event.source.pdu.from.partner, bare(event.source.pdu.transactionId))
        : null;
    default:
      return null;
  }
}

function holds(stream: readonly Committed[], partner: PartnerName, message: Message): boolean {
  const intakes = ofType(stream, 'Received').filter(
    ({ from, messageId, bodySha256 }) =>
      from.partner === partner &&
      messageId.normal === message.messageId &&
      bodySha256 === sha256(message.body),
  );
  const recipients = intakes.flatMap((intake) => intake.recipients.map(({ address }) => address));
  return message.to.every((number) => recipients.includes(number));
}
