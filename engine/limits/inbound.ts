import { rateText } from '../../domain/limits/rate.ts';
import type { SmtpReply } from '../../domain/ports.ts';
import type { Context } from '../context.ts';
import { pace, type Pace } from './pace.ts';

/** How long a forward.REQ waits for its turn before its sender is told to come again, ms. */
const patience = 10_000;

/** Partners' `limits.rate`: forwards wait for their turn before anything of them is stored. RES and reports are not limited. */
export interface InboundRates {
  /** Null when it is its turn; a reply: it would be too long. */
  admit(partner: string): Promise<SmtpReply | null>;
}

export function inboundRates(context: Context): InboundRates {
  const rateOf = (partner: string): number | null =>
    context.routes.partners.get(partner)?.limits.rate ?? null;
  const begin = (partner: string): Pace => pace(context, () => rateOf(partner));
  // From the start: what had not come before a restart is no credit after it.
  const paces = new Map([...context.routes.partners.keys()].map((partner) => [partner, begin(partner)]));
  return {
    admit: async (partner) => {
      const known = paces.get(partner) ?? begin(partner);
      paces.set(partner, known);
      if (await known.turn(patience)) return null;
      return {
        code: 451,
        enhanced: '4.7.1',
        text: `more than ${rateText(rateOf(partner) ?? 0)}, come again later`,
      };
    },
  };
}
