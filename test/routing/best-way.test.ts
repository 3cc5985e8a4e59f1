import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import fc from 'fast-check';

import { buildRouteTable, routeRecipient } from '../../domain/routing/route-table.ts';
import { load } from '../config/support.ts';

// The best way by the words of the rule, slow and plain: every mask of every route is looked at.

interface RouteWish {
  readonly partner: 'a' | 'b' | 'c';
  readonly masks: readonly string[];
  readonly priority: number;
}

interface Case {
  readonly routes: readonly RouteWish[];
  readonly number: string;
  readonly uid: string;
  readonly cameFrom: 'a' | null;
  /** Of the routes, those that `a` may reach. */
  readonly transit: readonly boolean[];
}

const mask = fc
  .string({ unit: fc.constantFrom('4', '7', '*', '?'), minLength: 1, maxLength: 5 })
  .map((rest) => `+${rest}`);
const cases: fc.Arbitrary<Case> = fc.record({
  routes: fc.array(
    fc.record({
      partner: fc.constantFrom('a', 'b', 'c'),
      masks: fc.uniqueArray(mask, { minLength: 1, maxLength: 4 }),
      priority: fc.integer({ min: 0, max: 1 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  number: fc
    .string({ unit: fc.constantFrom('4', '7'), minLength: 1, maxLength: 5 })
    .map((digits) => `+${digits}`),
  uid: fc.uuid(),
  cameFrom: fc.constantFrom('a', null),
  transit: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
});

/** Names whose order is not that of the configuration. */
const nameOf = (index: number): string => `r${9 - index}`;

function configurationOf({ routes, transit }: Case): string {
  const partner = (name: 'a' | 'b' | 'c'): string => {
    const own = routes.flatMap(({ partner: of, masks, priority }, index) =>
      of === name
        ? [
            `\n      - { account: ${nameOf(index)}, recipients: [${masks.map((text) => `"${text}"`).join(', ')}], priority: ${priority}, server: s, domain: d.example }`,
          ]
        : [],
    );
    const reach = routes.flatMap(({ partner: of }, index) =>
      name === 'a' && of !== 'a' && transit[index] === true ? [nameOf(index)] : [],
    );
    return `\n  - name: ${name}\n    transit: [${reach.join(', ')}]\n    routes:${own.length === 0 ? ' []' : own.join('')}`;
  };
  return `node: { name: n, domains: [own.example] }\npartners:${(['a', 'b', 'c'] as const).map(partner).join('')}\n`;
}

const matches = (pattern: string, number: string): boolean =>
  new RegExp(`^${pattern.replace(/[+]/g, '\\+').replace(/\*/g, '.*').replace(/\?/g, '.')}$`).test(number);
const wildcards = (pattern: string): number => pattern.replace(/[^*?]/g, '').length;

/** The longest mask, then fewer wildcards, then priority; equals share by message and recipient. */
function slowly({ routes, number, uid, cameFrom, transit }: Case): string {
  const ways = routes.flatMap(({ partner, masks, priority }, index) =>
    masks
      .filter((pattern) => matches(pattern, number))
      .map((pattern) => ({
        name: nameOf(index),
        rank: [pattern.length, -wildcards(pattern), priority] as const,
        isBack: partner === cameFrom,
        isPermitted: cameFrom === null || transit[index] === true,
      })),
  );
  if (ways.length === 0) return 'no-route';
  const away = ways.filter(({ isBack }) => !isBack);
  const best = away.map(({ rank }) => rank).toSorted(compareRanks)[0];
  if (best === undefined) return 'back-to-origin';
  const equals = away.filter(({ rank, isPermitted }) => isPermitted && compareRanks(rank, best) === 0);
  const names = [...new Set(equals.map(({ name }) => name))].sort();
  if (names.length === 0) return 'not-permitted';
  const hash = createHash('sha256').update(`${uid}\n${number}`).digest();
  return names[hash.readUInt32BE(0) % names.length] ?? '';
}

function compareRanks(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : (other[at] ?? 0) - (one[at] ?? 0);
}

test('the best way is the one that a look at every mask finds', () => {
  fc.assert(
    fc.property(cases, (example) => {
      const { number, uid, cameFrom } = example;
      const table = buildRouteTable(load(configurationOf(example)).configuration);
      const decision = routeRecipient(table, {
        recipient: { value: number, kind: 'plmn' },
        sender: '+1',
        uid,
        cameFrom: cameFrom === null ? null : { partner: cameFrom, account: 'x' },
      });
      const found =
        decision.to === 'route' ? decision.account : 'reason' in decision ? decision.reason : decision.to;
      assert.equal(found, slowly(example));
    }),
    { numRuns: 500 },
  );
});
