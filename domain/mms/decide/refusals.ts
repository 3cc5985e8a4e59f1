import type { RequestStatus } from '../../mm4/pdu.ts';
import type { SendOutcome, SmtpReply, SmtpStep } from '../../ports.ts';
import { classify } from '../../replies.ts';
import type { Refusal } from '../events.ts';
import type { FinishForward } from './forward.ts';

/** Recipients that were not taken, and what comes of it. */
export interface Refused {
  readonly recipients: readonly string[];
  readonly permanent: boolean;
  readonly status: RequestStatus;
  readonly why: Refusal;
  readonly nextAttemptAt: number;
}

/**
 * The recipients of a claim that were refused: those to be tried again together, those refused for good by the reply that
 * refused them. Those to be tried again come first: they keep the leg, and what is refused for good leaves it.
 */
export function refusals(command: FinishForward): readonly Refused[] {
  const groups = new Map<string, Refused>();
  for (const refused of refusedOneByOne(command)) {
    const { permanent, why, nextAttemptAt } = refused;
    const key = permanent ? JSON.stringify(why) : String(nextAttemptAt);
    const group = groups.get(key);
    const recipients = [...(group?.recipients ?? []), ...refused.recipients];
    groups.set(key, { ...(group ?? refused), recipients });
  }
  const all = [...groups.values()];
  return [...all.filter(({ permanent }) => !permanent), ...all.filter(({ permanent }) => permanent)];
}

function refusedOneByOne(command: FinishForward): readonly Refused[] {
  const { outcome, claim } = command;
  if (outcome.kind !== 'sent' && outcome.kind !== 'refused') return [];
  const named = new Map(
    outcome.refused.map(({ address, reply }) => [command.recipientOf(address), reply] as const),
  );
  return claim.recipients.flatMap((recipient) => {
    const reply = named.get(recipient);
    if (reply !== undefined) return [refusedBy('rcpt', reply, recipient, command)];
    return outcome.kind === 'refused' ? [refusedBy(outcome.at, outcome.reply, recipient, command)] : [];
  });
}

function refusedBy(step: SmtpStep, reply: SmtpReply, recipient: string, command: FinishForward): Refused {
  const { action, status } = classify(step, reply);
  // A peer that takes no more in one mail takes the rest in the next; one that took nobody has to be waited for.
  const atOnce = action === 'requeue-now' && command.outcome.kind === 'sent';
  return {
    recipients: [recipient],
    permanent: action === 'permanent',
    status,
    why: { by: reply.ours === true ? 'us' : 'partner', text: reply.text, reply },
    nextAttemptAt: atOnce ? command.moment.now : command.nextAttemptAt,
  };
}

/** The line dropped before the end: try again. Content that cannot be read does not get better by trying. */
export function notSent(
  outcome: Extract<SendOutcome, { kind: 'not-sent' }>,
  { claim, nextAttemptAt }: FinishForward,
): Refused {
  const { content } = outcome;
  return {
    recipients: claim.recipients,
    permanent: content !== undefined && content.kind !== 'unavailable',
    status: 'Error-unspecified',
    why: {
      by: content === undefined ? 'partner' : 'us',
      text: content?.message ?? `${outcome.at}: ${outcome.why}`,
    },
    nextAttemptAt,
  };
}
