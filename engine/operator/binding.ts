import { rateText } from '../../domain/limits/rate.ts';
import { onHeld, type Due } from '../../domain/mms/due.ts';
import { firstIntake, type MmsState } from '../../domain/mms/state.ts';
import type { Context } from '../context.ts';
import type { PauseState } from '../pauses.ts';
import type { Line } from '../serve/line.ts';
import { answerRulePath, floodRulePath, routePath } from './config-path.ts';
import type { Reason } from './operator.ts';

/** What the running engine knows besides the streams. */
export interface LiveFacts {
  readonly context: Context;
  readonly line: (route: string) => Line | undefined;
  /** Why a partner gets no forwards now; null: it does. */
  readonly paused: (partner: string) => PauseState | null;
}

/** What binds, until when, and which key of the configuration says so. */
export type Binding = Pick<Reason, 'binds' | 'next' | 'configPath'>;

/** What holds one thing back that a message owes or awaits. */
export function bindingOf(facts: LiveFacts, item: Due, state: MmsState): Binding {
  const { configuration } = facts.context;
  const route = routeOf(item.on);
  const byItself = (binds: string, configPath: string | null = null): Binding => ({
    binds,
    next: item.at,
    configPath,
  });
  switch (item.do) {
    case 'release':
      return { binds: `it made its worker fail: ${state.hold?.why ?? ''}`, next: null, configPath: null };
    case 'void-claim':
      return byItself('it is being sent at this moment');
    case 'time-out':
      return byItself(`the RES of ${route}'s partner`, routePath(configuration, route, 'ackTimeout'));
    case 'expire':
      return byItself('the recipient, who has not fetched it', 'limits.expiry');
    case 'give-up':
      return item.on === onHeld(route)
        ? byItself(
            'an operator, because the outcome of its attempt is unknown',
            routePath(configuration, route, 'onUnknownOutcome'),
          )
        : byItself('the reports that were asked for');
    case 'notify':
    case 'forward':
    case 'answer':
    case 'relay':
      return state.hold !== null && item.on.startsWith('held ')
        ? heldBinding(facts, state, state.hold)
        : item.do === 'notify'
          ? byItself('the handset gateway')
          : routeBinding(facts, route, item);
  }
}

function heldBinding(
  { context }: LiveFacts,
  state: MmsState,
  { by, why: reason }: NonNullable<MmsState['hold']>,
): Binding {
  const { sender, from } = firstIntake(state);
  const rcptTo = [...state.recipients.values()].map((recipient) => recipient.rcptTo);
  const parties = [sender.address, from.partner, ...rcptTo];
  return {
    binds: `it is held by ${by}: ${reason}`,
    next: null,
    configPath: floodRulePath(context.configuration, parties, reason),
  };
}

/** What holds back what goes by a route. */
export function routeBinding(
  facts: LiveFacts,
  route: string,
  item: { readonly do: string; readonly at: number },
): Binding {
  const { context } = facts;
  const { configuration } = context;
  const target = context.routes.routes.get(route);
  const line = facts.line(route);
  if (target === undefined || line === undefined) {
    return {
      binds: `the route ${route} is not in the configuration: reroute it`,
      next: null,
      configPath: null,
    };
  }
  const isForward = item.do === 'forward';
  const shut = [downBinding(facts, line), isForward ? pauseBinding(facts, line) : null].filter(
    (binding) => binding !== null,
  );
  if (shut.length > 0) return together(shut);
  if (item.at > context.clock.now()) {
    return {
      binds: 'the retry schedule',
      next: item.at,
      configPath: routePath(configuration, route, 'retry'),
    };
  }
  if (isForward && line.isPaced()) return paceBinding(facts, line);
  return {
    binds: 'its turn on the connections of the route',
    next: context.clock.now(),
    configPath: routePath(configuration, route, 'maxConnections'),
  };
}

function downBinding({ context }: LiveFacts, { route, health }: Line): Binding | null {
  const now = health();
  if (now.state !== 'down') return null;
  const { failure, nextProbe } = now;
  const key = failure.credentials === true ? 'login' : 'server';
  return {
    binds: `the route is down: ${failure.at}: ${failure.why}`,
    next: nextProbe,
    configPath: routePath(context.configuration, route.account, key),
  };
}

function pauseBinding({ context, paused }: LiveFacts, { partner }: Line): Binding | null {
  const pause = paused(partner.name);
  if (pause === null) return null;
  const routes = partner.routes.map(({ account }) => account);
  return {
    binds: `${partner.name} is paused by ${pause.by}: ${pause.why}`,
    next: pause.until,
    configPath: answerRulePath(context.configuration, routes, pause.why),
  };
}

/** The route's rate, or the lower one that a rule has set. */
function paceBinding({ context }: LiveFacts, { route, slowed }: Line): Binding {
  const { configuration, clock } = context;
  const slow = slowed();
  return {
    binds:
      slow === null
        ? `its turn at ${rateText(route.rate ?? 0)}`
        : `its turn at ${rateText(slow.rate)}, slowed down by an answer rule: ${slow.why}`,
    next: clock.now(),
    configPath:
      slow === null
        ? routePath(configuration, route.account, 'rate')
        : answerRulePath(configuration, [route.account], slow.why),
  };
}

/** Several at once: it goes on when the last of them ends. */
function together(bindings: readonly Binding[]): Binding {
  const ends = bindings.map(({ next }) => next ?? Infinity);
  const last = Math.max(...ends);
  return {
    binds: bindings.map(({ binds }) => binds).join('; and '),
    next: last === Infinity ? null : last,
    configPath: bindings.find(({ configPath }) => configPath !== null)?.configPath ?? null,
  };
}

/** The route in what something waits for; RES, reports, holds and time-outs name theirs likewise. */
export function routeOf(on: string): string {
  return on.slice(on.indexOf(' ') + 1);
}
