import type { Account } from '../../domain/routing/identify.ts';
import type { Context } from '../context.ts';

/**
 * An address of a partner's as it came, at the partner's domain if it came without one, as some MMSCs write it: its first one, else the
 * one that follows numbers on the way back. The null reverse path stays what it is.
 */
export function atPartner({ routes }: Context, { partner, vasp }: Account, text: string): string {
  const [first] = partner.domains;
  const domain = first ?? routes.routes.get(vasp.mm4AckRouting)?.route.domain;
  const hasDomain = /@[^"]+$/.test(text);
  return text === '' || hasDomain || domain === undefined ? text : `${text}@${domain}`;
}
