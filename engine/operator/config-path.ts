import type { Configuration } from '../../domain/configuration.ts';
import type { Partner, Route } from '../../domain/partner.ts';

/** Where a key of a route stands in the configuration: `partners[1].routes[0].rate`. Null: there is no such route. */
export function routePath({ partners }: Configuration, account: string, key: keyof Route): string | null {
  for (const [index, partner] of partners.entries()) {
    const at = partner.routes.findIndex((route) => route.account === account);
    if (at >= 0) return `partners[${index}].routes[${at}].${key}`;
  }
  return null;
}

export function partnerPath({ partners }: Configuration, name: string, key: keyof Partner): string | null {
  const at = partners.findIndex((partner) => partner.name === name);
  return at < 0 ? null : `partners[${at}].${key}`;
}
