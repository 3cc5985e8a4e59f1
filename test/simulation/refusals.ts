import type {
  RefusedRecipient,
  SendOutcome,
  SessionFailure,
  SmtpReply,
  SmtpStep,
} from '../../domain/ports.ts';
import type { Chance } from '../support/chance.ts';

/** Every way in which a partner's MMSC says no: to a session, to a mail, to some recipients of one. */

const goodbye: SmtpReply = { code: 421, enhanced: '4.3.2', text: 'going down' };
const later: readonly [SmtpReply, ...SmtpReply[]] = [
  { code: 450, enhanced: '4.2.1', text: 'busy' },
  { code: 451, enhanced: '4.3.0', text: 'later' },
  { code: 452, enhanced: '4.3.1', text: 'no room' },
  { code: 452, enhanced: '4.5.3', text: 'too many recipients' },
  { code: 452, text: 'too many' },
];
const never: readonly [SmtpReply, ...SmtpReply[]] = [
  { code: 550, enhanced: '5.1.1', text: 'nobody here' },
  { code: 552, enhanced: '5.3.4', text: 'too big' },
  { code: 554, enhanced: '5.6.0', text: 'never' },
  { code: 554, text: 'no' },
];
const wantsLogin: SmtpReply = { code: 530, enhanced: '5.7.0', text: 'log in first' };

const why = 'the partner does not let us in';
/** A refused login is tried again like all else (`engine/serve/line.ts`), so the world recovers from it without an operator. */
const failures: readonly [SessionFailure, ...SessionFailure[]] = [
  { at: 'connect', why: 'ECONNREFUSED' },
  { at: 'greeting', why: 'line lost' },
  { at: 'greeting', why, reply: goodbye },
  { at: 'greeting', why, reply: { code: 554, text: 'no service' } },
  { at: 'ehlo', why: 'line lost' },
  { at: 'ehlo', why, reply: goodbye },
  { at: 'starttls', why, reply: { code: 454, enhanced: '4.7.0', text: 'no TLS now' } },
  { at: 'starttls', why: 'the certificate is not valid' },
  { at: 'auth', why, reply: { code: 454, enhanced: '4.7.0', text: 'ask later' } },
  { at: 'auth', why, reply: { code: 535, enhanced: '5.7.8', text: 'wrong password' }, credentials: true },
];

/** Steps of a mail at which it may be refused as a whole. */
const steps = ['mail', 'rcpt', 'data', 'body', 'final-dot'] as const satisfies readonly SmtpStep[];

export type Refusal = Extract<SendOutcome, { kind: 'refused' }>;

export interface Refusals {
  session(): SessionFailure;
  /** Of some recipients, or of all. */
  recipients(rcptTo: readonly [string, ...string[]]): readonly RefusedRecipient[];
  /** @param refused those that RCPT has refused already */
  forNow(rcptTo: readonly string[], refused: readonly RefusedRecipient[]): Refusal;
  forGood(rcptTo: readonly string[], refused: readonly RefusedRecipient[]): Refusal;
  wantingLogin(): Refusal;
  /** RCPT has refused each of them; null: there are none. */
  everybody(refused: readonly RefusedRecipient[]): Refusal | null;
}

export function refusalsBy(chance: Chance): Refusals {
  const refusal = (
    reply: SmtpReply,
    rcptTo: readonly string[],
    refused: readonly RefusedRecipient[],
  ): Refusal => {
    const at = chance.pick(steps);
    if (at === 'mail') return { kind: 'refused', at, reply, refused: [] };
    // All but 421 are said to each recipient of its own.
    const each = at === 'rcpt' && reply.code !== 421 ? everybody(withOthers(rcptTo, refused, reply)) : null;
    return each ?? { kind: 'refused', at, reply, refused };
  };
  return {
    session: () => chance.pick(failures),
    recipients: (rcptTo) => {
      const some = rcptTo.filter(() => chance.happens(500));
      const unlucky = some.length === 0 ? [chance.pick(rcptTo)] : some;
      return unlucky.map((address) => ({ address, reply: chance.pick([...later, ...never]) }));
    },
    forNow: (rcptTo, refused) => refusal(chance.pick([goodbye, ...later]), rcptTo, refused),
    forGood: (rcptTo, refused) => refusal(chance.pick(never), rcptTo, refused),
    wantingLogin: () => ({ kind: 'refused', at: 'mail', reply: wantsLogin, refused: [] }),
    everybody,
  };
}

/** A refusal for now stands for all, if there is one: then it is worth coming back. */
function everybody(refused: readonly RefusedRecipient[]): Refusal | null {
  const { reply } = refused.find((one) => one.reply.code < 500) ?? refused[0] ?? {};
  return reply === undefined ? null : { kind: 'refused', at: 'rcpt', reply, refused };
}

function withOthers(
  rcptTo: readonly string[],
  refused: readonly RefusedRecipient[],
  reply: SmtpReply,
): readonly RefusedRecipient[] {
  return rcptTo.map((address) => refused.find((one) => one.address === address) ?? { address, reply });
}

/** A peer that closes the line after what it said: 421, and whoever refuses a mail before its end. */
export function endsSession({ at, reply }: Refusal): boolean {
  return reply.code === 421 || at === 'body';
}
