import type { FloodRule } from '../../domain/configuration.ts';
import { floodWatch, type FloodWatch } from '../../domain/limits/flood.ts';
import type { ForwardReq } from '../../domain/mm4/pdu.ts';
import { variantKey } from '../../domain/mms/variant.ts';
import type { Context } from '../context.ts';
import type { Incoming } from '../receive/accept.ts';
import { originOf } from '../receive/evidence.ts';

/** The flood rules of the configuration (`flood`). */
export interface FloodGate {
  judge(incoming: Incoming<ForwardReq>): FloodJudgement;
}

export interface FloodJudgement {
  /** What is to be done about this message; null: nothing. */
  readonly verdict: { readonly do: 'hold' | 'refuse'; readonly why: string } | null;
  /** It was a repeat of one that was counted before. */
  forget(): void;
}

export function floodGate(context: Context): FloodGate {
  let rules: readonly FloodRule[] = context.configuration.flood;
  let watch = floodWatch(rules);

  /** After a reload with other rules they begin to count anew. */
  const watchNow = (): FloodWatch => {
    if (rules !== context.configuration.flood) {
      rules = context.configuration.flood;
      watch = floodWatch(rules);
    }
    return watch;
  };

  return {
    judge: (incoming) => {
      const { pdu, arrival } = incoming;
      const from = originOf(incoming);
      const { bodySha256 } = arrival.read;
      const seen = watchNow().see(
        {
          partner: from.partner,
          sender: pdu.from?.value ?? arrival.envelope.mailFrom,
          recipients: arrival.envelope.rcptTo,
          content: () => variantKey({ from, bodySha256, parts: pdu.parts, flags: pdu.flags }).partsSha256,
        },
        context.clock.now(),
      );
      for (const { do: action, why } of seen.broken) {
        context.log.warn({ partner: from.partner, action, why }, 'a flood rule is broken');
      }
      const worst = seen.broken.find(({ do: action }) => action !== 'log');
      const verdict = worst === undefined || worst.do === 'log' ? null : { do: worst.do, why: worst.why };
      return { verdict, forget: seen.forget };
    },
  };
}
