import type { SmtpReply } from '../../domain/ports.ts';
import type { Engine } from '../../engine/engine.ts';
import type { IncomingPdu } from '../support/memory-engine.ts';
import type { Chance } from '../support/chance.ts';
import type { Faults } from './faults.ts';
import type { Life } from './life.ts';

/** An engine at work. */
export interface Living {
  readonly life: Life;
  readonly engine: Engine;
}

const steps = ['greeting', 'mail', 'rcpt', 'data', 'body', 'final-dot'] as const;
type Step = (typeof steps)[number] | null;

/**
 * Mails one PDU to a living engine as an SMTP client, step by step; the line may be cut at each. `said` hears of the reply to the final
 * dot as it leaves, whether or not the client ever sees it.
 *
 * @returns the last reply; null: the line dropped
 */
export function mailIn(
  { life, engine }: Living,
  address: string,
  pdu: IncomingPdu,
  faults: Faults,
  chance: Chance,
  said: (reply: SmtpReply) => void,
): Promise<SmtpReply | null> {
  const cutAt: Step = faults.happens('cutIn') ? chance.pick(steps) : null;
  return life.run(async () => {
    const { reception } = engine;
    const welcome = reception.welcome(address);
    if ('refused' in welcome) return welcome.refused;
    const { visitor } = welcome;
    try {
      return await dialogue();
    } finally {
      reception.goodbye(visitor);
    }

    async function dialogue(): Promise<SmtpReply | null> {
      if (cutAt === 'greeting') return null;
      const { mailFrom, rcptTo, content } = pdu;
      const refused = reception.mail(visitor, mailFrom, undefined);
      if (cutAt === 'mail') return null;
      if (refused !== undefined) return refused;
      // The line may be cut after any of them.
      const count = cutAt === 'rcpt' ? chance.between(1, rcptTo.length + 1) : rcptTo.length;
      const refusals = rcptTo
        .slice(0, count)
        .map((address, index) => reception.rcpt(visitor, address, index));
      if (cutAt === 'rcpt') return null;
      const refusal = refusals.find((reply) => reply !== undefined);
      if (refusal !== undefined) return refusal;
      const intake = reception.data(visitor, {
        mailFrom,
        rcptTo,
        size: undefined,
        ehlo: 'partner',
        tls: undefined,
      });
      if (cutAt === 'data') {
        intake.abort();
        return null;
      }
      const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
      const half = chance.between(1, bytes.length);
      await intake.write(bytes.subarray(0, half));
      if (cutAt === 'body') {
        intake.abort();
        return null;
      }
      await intake.write(bytes.subarray(half));
      const reply = await life.run(() => intake.finish());
      said(reply);
      return cutAt === 'final-dot' || faults.happens('replyLost') ? null : reply;
    }
  });
}
