import * as E from 'fp-ts/lib/Either.js';

import {
  ContentError,
  type MailSession,
  type MailTransport,
  type OutgoingMail,
  type RefusedRecipient,
  type SendOutcome,
  type SmtpReply,
  type SmtpStep,
  type Timers,
} from '../../domain/ports.ts';
import { bytesOf } from '../support/memory-engine.ts';
import type { Chance } from '../support/chance.ts';
import type { Faults } from './faults.ts';
import { endsSession, refusalsBy, type Refusal } from './refusals.ts';
import { pause } from './stores.ts';

/** What happens on the wire to the partners, as the world sees it. */
export interface Wire {
  /** A session to a route was opened. */
  opened(route: string, worker: string): void;
  /** A partner's MMSC has all of a mail. */
  taken(route: string, mail: OutgoingMail, body: Uint8Array, worker: string): void;
  /** What the engine learned of it. */
  ended(route: string, mail: OutgoingMail, outcome: SendOutcome): void;
}

const minute = 60_000;
const taken: SmtpReply = { code: 250, text: 'taken' };
const steps = ['mail', 'rcpt', 'data', 'body', 'final-dot'] as const satisfies readonly SmtpStep[];

type Session = { readonly route: string; readonly worker: string; lose(): void };

/** SMTP out of one incarnation: every mail is taken, refused or cut at one of its steps, or nobody knows. */
export function simulatedTransport(
  faults: Faults,
  chance: Chance,
  wire: Wire,
): (timers: Timers, worker: string) => MailTransport {
  const refusals = refusalsBy(chance);
  return (timers, worker) => ({
    open:
      ({ account }) =>
      async () => {
        await pause(timers, chance.between(1, 50));
        if (faults.happens('connectRefused')) return E.left(refusals.session());
        wire.opened(account, worker);
        return E.right(sessionOf(account, worker, timers));
      },
  });

  function sessionOf(route: string, worker: string, timers: Timers): MailSession {
    let usable = true;
    const mine: Session = { route, worker, lose: () => (usable = false) };
    return {
      facts: { address: '192.0.2.9', port: 25, authenticated: false, eightBitMime: true },
      get usable() {
        return usable;
      },
      send: async (mail, options) => {
        const outcome = await send(mine, mail, options, timers);
        wire.ended(route, mail, outcome);
        return outcome;
      },
      takeDialogue: () => new Uint8Array(0),
      quit: () => undefined,
    };
  }

  async function send(
    session: Session,
    mail: OutgoingMail,
    { budget, mayFinish }: Parameters<MailSession['send']>[1],
    timers: Timers,
  ): Promise<SendOutcome> {
    const cut = (at: SmtpStep, why: string) => {
      session.lose();
      return { kind: 'not-sent', at, why } as const;
    };
    if (faults.happens('sendSlow')) await pause(timers, chance.between(1, minute));
    if (faults.happens('cutOut')) return cut(chance.pick(steps), 'line lost');
    const refused = refusedOf(mail);
    const refusal = refusalOf(mail, refused);
    if (refusal !== null) {
      if (endsSession(refusal)) session.lose();
      return refusal;
    }
    const body = await bytesOf(mail.body);
    if (body instanceof ContentError) return { ...cut('body', body.message), content: body.failure };
    const stall = faults.happens('sendStalls') ? chance.between(minute, 30 * minute) : 0;
    await pause(timers, Math.min(stall, budget));
    if (stall >= budget) return cut('body', 'its time is over');
    // The clock is asked once more, and then the final dot is on its way.
    if (!mayFinish()) return cut('final-dot', 'the claim is over');
    const outcome = finish(session, mail, body, refused);
    const wait = faults.happens('replySlow') ? chance.between(1, minute) : 0;
    await pause(timers, Math.min(wait, budget - stall));
    return wait > budget - stall ? unknown(session) : outcome;
  }

  function unknown(session: Session): SendOutcome {
    session.lose();
    return { kind: 'unknown', why: 'no reply to the final dot' };
  }

  function refusedOf({ rcptTo: [first, ...others] }: OutgoingMail): readonly RefusedRecipient[] {
    const some = first !== undefined && faults.happens('recipientRefused');
    return some ? refusals.recipients([first, ...others]) : [];
  }

  /** Null: the mail may go on, for those whom RCPT has not refused. */
  function refusalOf({ rcptTo }: OutgoingMail, refused: readonly RefusedRecipient[]): Refusal | null {
    if (faults.happens('loginWanted')) return refusals.wantingLogin();
    if (faults.happens('refusedForNow')) return refusals.forNow(rcptTo, refused);
    if (faults.happens('refusedForGood')) return refusals.forGood(rcptTo, refused);
    return refused.length === rcptTo.length ? refusals.everybody(refused) : null;
  }

  function finish(
    session: Session,
    mail: OutgoingMail,
    body: Uint8Array,
    refused: readonly RefusedRecipient[],
  ): SendOutcome {
    if (faults.happens('cutAfterDotNotTaken')) return unknown(session);
    const left = mail.rcptTo.filter((address) => refused.every((one) => one.address !== address));
    wire.taken(session.route, { ...mail, rcptTo: left }, body, session.worker);
    return faults.happens('cutAfterDotTaken') ? unknown(session) : { kind: 'sent', reply: taken, refused };
  }
}
