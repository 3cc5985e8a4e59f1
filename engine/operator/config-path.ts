import type { Configuration } from '../../domain/configuration.ts';
import { answerRuleText } from '../../domain/limits/answer-rules.ts';
import { floodRuleText } from '../../domain/limits/flood.ts';
import type { Route } from '../../domain/partner.ts';

/** Where a key of a route stands in the configuration: `partners[1].routes[0].rate`. Null: there is no such route. */
export function routePath({ partners }: Configuration, account: string, key: keyof Route): string | null {
  for (const [index, partner] of partners.entries()) {
    const at = partner.routes.findIndex((route) => route.account === account);
    if (at >= 0) return `partners[${index}].routes[${at}].${key}`;
  }
  return null;
}

/** Where the rule for answers stands that said this of one of the routes. Null: the configuration has it no more. */
export function answerRulePath(
  { answers }: Configuration,
  routes: readonly string[],
  said: string,
): string | null {
  const at = answers.findIndex((rule) => routes.some((route) => answerRuleText(rule, route) === said));
  return at < 0 ? null : `answers[${at}]`;
}

/** The same for a flood rule and one of these senders, recipients or partners. */
export function floodRulePath(
  { flood }: Configuration,
  parties: readonly string[],
  said: string,
): string | null {
  const at = flood.findIndex((rule) => parties.some((party) => floodRuleText(rule, party) === said));
  return at < 0 ? null : `flood[${at}]`;
}
