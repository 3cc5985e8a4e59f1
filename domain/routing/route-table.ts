import * as RA from 'fp-ts/lib/ReadonlyArray.js';
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js';

import type { Configuration } from '../configuration.ts';
import { sha256 } from '../hash.ts';
import type { AddressKind } from '../mm4/pdu.ts';
import type { Partner, Route } from '../partner.ts';
import { compareMasks, findMasks, indexMasks, type MaskIndex } from './masks.ts';

/** Everything routing asks of the configuration, ready to be searched. */
export interface RouteTable {
  readonly own: MaskIndex<'Direct'>;
  readonly masks: MaskIndex<RouteTarget>;
  /** Routes by their Default Sender Address, in lower case. */
  readonly bySender: ReadonlyMap<string, readonly RouteTarget[]>;
  /** Routes with `defaultRoute: true`. */
  readonly partnerDefaults: readonly RouteTarget[];
  readonly defaultRoute: Destination | null;
  /** VASP accounts whose messages all go one way. */
  readonly fixed: ReadonlyMap<string, Destination>;
  readonly routes: ReadonlyMap<string, RouteTarget>;
  readonly partners: ReadonlyMap<string, Partner>;
  readonly systemAddress: string;
  /** Domains of our own, and all that partners use. */
  readonly ownDomains: ReadonlySet<string>;
  readonly partnerDomains: ReadonlySet<string>;
}

export interface RouteTarget {
  readonly partner: Partner;
  readonly route: Route;
}

export type Destination = RouteTarget | 'Direct' | 'WAPPush';

export type RoutedBy = 'mask' | 'default' | 'fixed' | 'sender';

export interface RouteQuestion {
  readonly recipient: { readonly value: string; readonly kind: AddressKind };
  /** Normal form. */
  readonly sender: string;
  readonly uid: string;
  /** Partner and VASP account that brought the message; null: an own subscriber. */
  readonly cameFrom: { readonly partner: string; readonly account: string } | null;
}

export type RouteDecision = RouteAnswer & {
  /** What was looked at, in order, the last one decided. For people: see `explainDecision`. */
  readonly considered: readonly Considered[];
};

export type RouteAnswer =
  | {
      readonly to: 'route';
      readonly partner: string;
      readonly account: string;
      readonly by: RoutedBy;
      readonly mask?: string;
    }
  | { readonly to: 'Direct' | 'WAPPush'; readonly by: RoutedBy; readonly mask?: string }
  | { readonly to: 'none'; readonly reason: 'no-route' | 'not-permitted' | 'back-to-origin' };

/** One way, or several equally good ones, and what became of them. */
export interface Considered {
  readonly by: RoutedBy;
  readonly mask?: string;
  /** Route accounts, or `Direct`, `WAPPush`. */
  readonly ways: readonly string[];
  readonly verdict: 'taken' | 'not-permitted' | 'back-to-origin';
}

interface Way {
  readonly to: Destination;
  readonly by: RoutedBy;
  readonly mask?: string;
}

/** Reads a configuration into a table. Names in it exist: the configuration was checked. */
export function buildRouteTable(configuration: Configuration): RouteTable {
  const { node, subscribers, routing, partners } = configuration;
  const targets = partners.flatMap((partner) => partner.routes.map((route) => ({ partner, route })));
  const routes = new Map(targets.map((target) => [target.route.account, target]));
  const vasps = partners.flatMap((partner) => partner.vasps);
  const domains = partners.flatMap((partner) => [
    ...partner.domains,
    ...partner.routes.map((route) => route.domain),
  ]);
  return {
    own: indexMasks(
      [...subscribers.masks, ...subscribers.shortCodes].map((mask) => ({ mask, target: 'Direct' })),
    ),
    masks: indexMasks(targets.flatMap((target) => target.route.recipients.map((mask) => ({ mask, target })))),
    bySender: new Map(
      Object.entries(RNEA.groupBy(senderOf)(targets.filter((target) => senderOf(target) !== ''))),
    ),
    partnerDefaults: targets.filter(({ route }) => route.defaultRoute),
    defaultRoute: routing.defaultRoute === '' ? null : destination(routes, routing.defaultRoute),
    fixed: new Map(
      vasps
        .filter(({ routing: way }) => way !== 'standard')
        .map(({ account, routing: way }) => [account, destination(routes, way)]),
    ),
    routes,
    partners: new Map(partners.map((partner) => [partner.name, partner])),
    systemAddress: node.systemAddress.toLowerCase(),
    ownDomains: new Set(node.domains.map((domain) => domain.toLowerCase())),
    partnerDomains: new Set(domains.map((domain) => domain.toLowerCase())),
  };
}

/**
 * Decides where one recipient's message goes. In this order: own subscribers; the VASP entry's fixed routing; a route whose
 * Default Sender Address is the sender; the best mask; a partner's default route; the default of all.
 *
 * A route of the partner the message came from is passed over and the next best is taken. A way the partner has no transit right
 * to is not passed over but refused: a lesser mask would send the message a way that nobody chose for this number.
 */
export function routeRecipient(table: RouteTable, question: RouteQuestion): RouteDecision {
  const considered: Considered[] = [];
  for (const ways of choices(table, question)) {
    const away = ways.filter(({ to }) => !isBackToOrigin(to, question));
    const way = shared(
      away.filter(({ to }) => isPermitted(table, to, question)),
      question,
    );
    const verdict = way !== undefined ? 'taken' : away.length > 0 ? 'not-permitted' : 'back-to-origin';
    considered.push({ ...howOf(way ?? ways[0]), ways: ways.map(({ to }) => nameOf(to)), verdict });
    if (way !== undefined) return { ...answer(way), considered };
    if (verdict === 'not-permitted') return { to: 'none', reason: verdict, considered };
  }
  return { to: 'none', reason: considered.length > 0 ? 'back-to-origin' : 'no-route', considered };
}

type EqualWays = RNEA.ReadonlyNonEmptyArray<Way>;

/** Equally good ways together, the best first, worked out only as far as they are asked for. */
function* choices(table: RouteTable, { recipient, sender, cameFrom }: RouteQuestion): Generator<EqualWays> {
  // A system address names an MMSC, not a subscriber; a malformed address names nobody.
  if (recipient.kind === 'system' || recipient.kind === 'malformed') return;
  const [own] = findMasks(table.own, recipient.value);
  if (own !== undefined) yield [{ to: own.target, by: 'mask', mask: own.mask }];
  const fixed = cameFrom === null ? undefined : table.fixed.get(cameFrom.account);
  if (fixed !== undefined) yield [{ to: fixed, by: 'fixed' }];
  yield* byPriority((table.bySender.get(sender.toLowerCase()) ?? []).map((to) => ({ to, by: 'sender' })));
  for (const equals of RNEA.group(equalMasks)(findMasks(table.masks, recipient.value))) {
    yield* byPriority(equals.map(({ target, mask }) => ({ to: target, by: 'mask', mask })));
  }
  yield* byPriority(table.partnerDefaults.map((to) => ({ to, by: 'default' })));
  if (table.defaultRoute !== null) yield [{ to: table.defaultRoute, by: 'default' }];
}

const equalMasks = {
  equals: (a: { mask: string }, b: { mask: string }) => compareMasks(a.mask, b.mask) === 0,
};
const equalPriority = { equals: (a: RouteWay, b: RouteWay) => a.to.route.priority === b.to.route.priority };
const sameRoute = { equals: (a: RouteWay, b: RouteWay) => a.to === b.to };

type RouteWay = Way & { readonly to: RouteTarget };

/** Ways of one priority together, the highest first; within, in the order of their names, which is the same on every node. */
function byPriority(ways: readonly RouteWay[]): readonly EqualWays[] {
  // A route whose masks match twice is still one route.
  const sorted = RA.uniq(sameRoute)(ways).toSorted(
    (a, b) => b.to.route.priority - a.to.route.priority || (nameOf(a.to) < nameOf(b.to) ? -1 : 1),
  );
  return RNEA.group(equalPriority)(sorted);
}

/** One of several equal ways: the same one for the same message and recipient, whoever asks and whenever. */
function shared(ways: readonly Way[], { uid, recipient }: RouteQuestion): Way | undefined {
  if (ways.length < 2) return ways[0];
  return ways[parseInt(sha256(uid, '\n', recipient.value).slice(0, 8), 16) % ways.length];
}

function isBackToOrigin(to: Destination, { cameFrom }: RouteQuestion): boolean {
  return typeof to !== 'string' && to.partner.name === cameFrom?.partner;
}

/** Own subscribers may use every route; a partner those of its `transit` list. */
function isPermitted(table: RouteTable, to: Destination, { cameFrom }: RouteQuestion): boolean {
  if (typeof to === 'string' || cameFrom === null) return true;
  return table.partners.get(cameFrom.partner)?.transit.includes(to.route.account) ?? false;
}

function answer(way: Way): RouteAnswer {
  return typeof way.to === 'string'
    ? { to: way.to, ...howOf(way) }
    : { to: 'route', partner: way.to.partner.name, account: way.to.route.account, ...howOf(way) };
}

function howOf({ by, mask }: Way): { readonly by: RoutedBy; readonly mask?: string } {
  return mask === undefined ? { by } : { by, mask };
}

function nameOf(to: Destination): string {
  return typeof to === 'string' ? to : to.route.account;
}

function senderOf({ route }: RouteTarget): string {
  return route.senderAddress.toLowerCase();
}

function destination(routes: ReadonlyMap<string, RouteTarget>, name: string): Destination {
  if (name === 'Direct' || name === 'WAPPush') return name;
  const target = routes.get(name);
  if (target === undefined) throw new Error(`no route ${name}: the configuration was not checked`);
  return target;
}
