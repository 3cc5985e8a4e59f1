import type * as E from 'fp-ts/lib/Either.js';

import type { PeerAnswer } from '../../domain/limits/answer-rules.ts';
import type { SmtpReply } from '../../domain/ports.ts';
import type { Context } from '../context.ts';
import type { FloodGate } from '../limits/floods.ts';
import type { InboundRates } from '../limits/inbound.ts';
import type { Messages } from '../messages.ts';
import type { NotAttached } from './attach.ts';

/** What the programs that take a PDU in work with. */
export interface Desk {
  readonly context: Context;
  readonly messages: Messages;
  readonly evidenceLimit: EvidenceLimit;
  readonly rates: InboundRates;
  readonly floods: FloodGate;
  /** A partner answered on this route. */
  readonly heard: (route: string, answers: readonly PeerAnswer[]) => void;
  /** Orphans that are being given to their messages at this moment. */
  readonly attaching: Map<string, Promise<E.Either<NotAttached, string>>>;
}

/**
 * How many PDUs that fit nothing, or are refused, a partner may leave with us in an hour (`limits.orphansPerHour`). Beyond it
 * it is told to come again: what got a 250 is always recorded, so nothing more may get one.
 */
export interface EvidenceLimit {
  /** Counts one in; a reply: it is one too many. */
  admit(partner: string): SmtpReply | null;
}

const hour = 3_600_000;

export function evidenceLimit(context: Context): EvidenceLimit {
  const hours = new Map<string, { readonly until: number; count: number }>();
  return {
    admit: (name) => {
      const now = context.clock.now();
      const known = hours.get(name);
      const current = known !== undefined && known.until > now ? known : { until: now + hour, count: 0 };
      hours.set(name, current);
      const limit = context.routes.partners.get(name)?.limits.orphansPerHour ?? 0;
      if (current.count >= limit) {
        context.log.warn(
          { partner: name, limit },
          'too many PDUs that fit nothing or are refused: answered 451',
        );
        return { code: 451, enhanced: '4.7.1', text: 'too many PDUs that fit nothing here, try again later' };
      }
      current.count += 1;
      return null;
    },
  };
}
