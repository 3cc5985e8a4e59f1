import type { Sendable } from '../e2e/interconnect.ts';
import { forward, numberOf } from '../e2e/pdus.ts';
import { mail } from '../e2e/support.ts';
import { addresses, names, type Name } from './partners.ts';
import type { Chance } from '../support/chance.ts';

/** A message as its sender keeps it in his own books. */
export interface Sent {
  /** X-Mms-Message-ID. */
  readonly id: string;
  readonly from: Name;
  readonly to: Name;
  readonly wantsAck: boolean;
  readonly body: string;
  readonly pdu: Sendable;
}

/** The senders' own books: nothing in them comes from the engine but the replies to their mails. */
export interface Books {
  /** What got a 250, by message id. */
  readonly accepted: Map<string, Sent>;
  /** Mailed without an answer: its sender mails it again. */
  readonly unanswered: Sent[];
  /** Message ids are never used twice. */
  count: number;
}

export const emptyBooks = (): Books => ({ accepted: new Map(), unanswered: [], count: 0 });

/** Senders at each partner at once. */
const sendersEach = 3;
const bodyAtMost = 12_000;
/** One in so many has a body of many disk pages. */
const largeOnceIn = 25;
const largeBody = 200_000;

/** Mails from all partners until the engine is gone; `accepted` hears of each 250 as it is read. */
export async function load(port: number, books: Books, chance: Chance, accepted: () => void): Promise<void> {
  const senders = names.flatMap((name) => Array.from({ length: sendersEach }, () => name));
  const sendOn = async (from: Name): Promise<void> => {
    for (;;) {
      const mine = books.unanswered.findIndex((sent) => sent.from === from);
      const [again] = mine < 0 ? [] : books.unanswered.splice(mine, 1);
      if (!(await send(port, books, again ?? next(books, from, chance)))) return;
      accepted();
    }
  };
  await Promise.all(senders.map(sendOn));
}

/** Mails again what got no answer, to an engine that lives. */
export async function sendTheRest(port: number, books: Books): Promise<void> {
  for (const sent of books.unanswered.splice(0)) {
    if (!(await send(port, books, sent))) throw new Error(`${sent.id} got no answer from a living engine`);
  }
}

/** False: the line dropped before there was an answer, or the engine said that it stops. Anything else but a 250 is a failure. */
async function send(port: number, books: Books, sent: Sent): Promise<boolean> {
  const { mailFrom, rcptTo, content } = sent.pdu;
  const reply = await mail(port, content, { from: mailFrom, to: rcptTo, bind: addresses[sent.from] });
  if (reply === null || reply.startsWith('421 ')) {
    books.unanswered.push(sent);
    return false;
  }
  if (!reply.startsWith('250 ')) throw new Error(`${sent.id} was answered ${reply}`);
  books.accepted.set(sent.id, sent);
  return true;
}

/** What partners may send to one another through the engine of a `site`. */
const ways: Readonly<Record<Name, readonly [Name, ...Name[]]>> = { a: ['b', 'c'], b: ['a'], c: ['a'] };

function next(books: Books, from: Name, chance: Chance): Sent {
  books.count += 1;
  const id = `torture-${books.count}@mmsc.op-${from}.example`;
  const to = chance.pick(ways[from]);
  const wantsAck = chance.between(0, 2) === 1;
  const size = chance.between(1, largeOnceIn + 1) === 1 ? largeBody : chance.between(0, bodyAtMost + 1);
  const body = `${`${id} `.repeat(1 + Math.floor(size / id.length))}\r\n`;
  const pdu = forward({ from, to: [numberOf[to]], messageId: id, ack: wantsAck, body: `\r\n${body}` });
  return { id, from, to, wantsAck, body, pdu };
}
