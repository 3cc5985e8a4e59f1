import * as E from 'fp-ts/lib/Either.js';

import {
  ContentError,
  type MailSession,
  type MailTransport,
  type OutgoingMail,
  type SendOutcome,
  type SmtpReply,
  type Timers,
} from '../../domain/ports.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import { pause } from './faulty.ts';

/** A partner's MMSC took a mail. */
export type Take = (route: string, mail: OutgoingMail, body: Uint8Array) => void;

const later: SmtpReply = { code: 451, enhanced: '4.3.0', text: 'later' };
const never: SmtpReply = { code: 554, enhanced: '5.6.0', text: 'never' };
const taken = { code: 250, text: 'taken' } as const;

/** SMTP out of the engine: every mail is taken, refused, cut, or nobody knows. */
export function simulatedTransport(
  faults: Faults,
  chance: Chance,
  timers: Timers,
  take: Take,
): MailTransport {
  const send = async (
    route: string,
    mail: OutgoingMail,
    mayFinish: () => boolean,
    lose: () => void,
  ): Promise<SendOutcome> => {
    if (faults.happens('sendSlow')) await pause(timers, chance.between(1, 60_000));
    if (faults.happens('refusedForNow')) return { kind: 'refused', at: 'mail', reply: later, refused: [] };
    if (faults.happens('refusedForGood'))
      return { kind: 'refused', at: 'final-dot', reply: never, refused: [] };
    if (faults.happens('lineLostBeforeDot')) {
      lose();
      return { kind: 'not-sent', at: 'body', why: 'line lost' };
    }
    const body = await collect(mail.body);
    if (body instanceof ContentError) {
      lose();
      return { kind: 'not-sent', at: 'body', why: body.message, content: body.failure };
    }
    // A stalled process may wake up here long after its lease.
    if (faults.happens('sendStalls')) await pause(timers, chance.between(60_000, 30 * 60_000));
    if (!mayFinish()) {
      lose();
      return { kind: 'not-sent', at: 'final-dot', why: 'the claim is over' };
    }
    if (faults.happens('lineLostAfterDotNotTaken')) {
      lose();
      return { kind: 'unknown', why: 'line lost after the final dot' };
    }
    const some = mail.rcptTo.length > 1 && faults.happens('recipientRefused');
    const refused = some ? [{ address: mail.rcptTo[0] ?? '', reply: chance.pick([later, never]) }] : [];
    const gone = refused.map(({ address }) => address);
    take(route, { ...mail, rcptTo: mail.rcptTo.filter((address) => !gone.includes(address)) }, body);
    if (faults.happens('lineLostAfterDotTaken')) {
      lose();
      return { kind: 'unknown', why: 'line lost after the final dot' };
    }
    return { kind: 'sent', reply: taken, refused };
  };

  const session = (route: string): MailSession => {
    let usable = true;
    const lose = (): void => {
      usable = false;
    };
    return {
      facts: { address: '192.0.2.9', port: 25, authenticated: false, eightBitMime: true },
      get usable() {
        return usable;
      },
      send: (mail, { mayFinish }) => send(route, mail, mayFinish, lose),
      takeDialogue: () => new Uint8Array(0),
      quit: () => undefined,
    };
  };

  return {
    open: (route) => async () => {
      await pause(timers, chance.between(1, 50));
      return faults.happens('connectRefused')
        ? E.left({ at: 'connect', why: 'ECONNREFUSED' } as const)
        : E.right(session(route.account));
    },
  };
}

async function collect(body: AsyncIterable<Uint8Array> | null): Promise<Uint8Array | ContentError> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body ?? []) chunks.push(chunk);
  } catch (error) {
    if (error instanceof ContentError) return error;
    throw error;
  }
  return Buffer.concat(chunks);
}
