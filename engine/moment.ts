import type { Moment } from '../domain/mms/plans.ts';
import type { Context } from './context.ts';

/** The time, chance and name that a command about a stream carries into its decision. */
export function momentFor(context: Context, stream: string): Moment {
  return {
    now: context.clock.now(),
    nonce: context.randomness.nonce(8),
    domain: ourDomain(context),
    uid: stream.slice(stream.indexOf('-') + 1),
  };
}

/** Our first domain: ours in addresses and Message-IDs. */
export function ourDomain(context: Pick<Context, 'configuration'>): string {
  return context.configuration.node.domains[0] ?? '';
}
