import * as E from 'fp-ts/lib/Either.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';

import { decodeEvent } from '../../domain/mms/codec.ts';
import { due, onHeld, type Due } from '../../domain/mms/due.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import { evolve } from '../../domain/mms/evolve.ts';
import { nothing, type MmsState } from '../../domain/mms/state.ts';
import type { Context } from '../context.ts';
import type { PauseState } from '../pauses.ts';
import type { Line } from '../serve/line.ts';
import { routePath } from './config-path.ts';
import { lastWord } from './last-word.ts';
import type { Reason } from './operator.ts';
import { streamsMeant } from './select.ts';

/** What the running engine knows besides the streams. */
export interface LiveFacts {
  readonly context: Context;
  readonly line: (route: string) => Line | undefined;
  /** Why a partner gets no forwards now; null: it does. */
  readonly paused: (partner: string) => PauseState | null;
}

/** What a message, or everything for a partner, waits for. Left: nothing is known under that name. */
export async function why(facts: LiveFacts, subject: string): Promise<E.Either<string, readonly Reason[]>> {
  const { context } = facts;
  const partner = context.routes.partners.get(subject);
  if (partner !== undefined) {
    const routes = partner.routes.map(({ account }) => account);
    return E.right(await routeReasons(facts, routes));
  }
  const streams = await streamsMeant(context.index, subject);
  const reasons: Reason[] = [];
  let known = false;
  for (const stream of streams) {
    const read = await context.store.readStream(stream)();
    if (E.isLeft(read)) return E.left(read.left.message);
    const events = RA.traverse(E.Applicative)(decodeEvent)(read.right);
    if (E.isLeft(events)) return E.left(events.left.message);
    known ||= events.right.length > 0;
    reasons.push(...messageReasons(facts, events.right));
  }
  return known ? E.right(reasons) : E.left(`there is neither a partner nor a message ${subject}`);
}

function messageReasons(facts: LiveFacts, events: readonly MmsEvent[]): readonly Reason[] {
  const state = events.reduce(evolve, nothing);
  return due(state).map((item) => ({
    what: whatOf(item, state),
    since: sinceOf(item, state),
    until: item.until,
    last: lastWord(events, item as { leg?: number; answer?: string; report?: number }),
    ...bindingOf(facts, item, state),
  }));
}

type Binding = Pick<Reason, 'binds' | 'next' | 'configPath'>;

function bindingOf(facts: LiveFacts, item: Due, state: MmsState): Binding {
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
        ? byItself(`it is held by ${state.hold.by}: ${state.hold.why}`)
        : item.do === 'notify'
          ? byItself('the handset gateway')
          : routeBinding(facts, route, item);
  }
}

function routeBinding(
  facts: LiveFacts,
  route: string,
  item: { readonly do: string; readonly at: number },
): Binding {
  const { context } = facts;
  const { configuration } = context;
  const target = context.routes.routes.get(route);
  const health = facts.line(route)?.health();
  if (target === undefined || health === undefined) {
    return {
      binds: `the route ${route} is not in the configuration: reroute it`,
      next: null,
      configPath: null,
    };
  }
  if (health.state === 'down') {
    const { failure, nextProbe } = health;
    const configPath = routePath(configuration, route, failure.credentials === true ? 'login' : 'server');
    return { binds: `the route is down: ${failure.at}: ${failure.why}`, next: nextProbe, configPath };
  }
  const pause = item.do === 'forward' ? facts.paused(target.partner.name) : null;
  if (pause !== null) {
    return {
      binds: `${target.partner.name} is paused by ${pause.by}: ${pause.why}`,
      next: pause.until,
      configPath: null,
    };
  }
  if (item.at > context.clock.now()) {
    return {
      binds: 'the retry schedule',
      next: item.at,
      configPath: routePath(configuration, route, 'retry'),
    };
  }
  const limit = item.do === 'forward' && target.route.rate !== null ? 'rate' : 'maxConnections';
  return {
    binds:
      limit === 'rate'
        ? `its turn at ${target.route.rate ?? ''}/s`
        : 'its turn on the connections of the route',
    next: context.clock.now(),
    configPath: routePath(configuration, route, limit),
  };
}

async function routeReasons(facts: LiveFacts, routes: readonly string[]): Promise<readonly Reason[]> {
  const { openWork, clock } = facts.context;
  await openWork.whenCaughtUp();
  const waiting = await openWork.waiting();
  return routes.flatMap((route) => {
    const there = waiting.filter(({ on }) => routeOf(on) === route && !on.startsWith('acks '));
    return there.map(({ on, waiting: count, oldest }): Reason => {
      const kind = on.slice(0, on.indexOf(' '));
      const item = { do: kind === 'answers' ? 'answer' : 'forward', at: clock.now() };
      const binding: Binding =
        kind === 'held'
          ? { binds: 'operators: "mm4 release" lets them go on', next: null, configPath: null }
          : routeBinding(facts, route, item);
      return { what: `${count} ${kind} of ${route}`, since: oldest, until: null, last: null, ...binding };
    });
  });
}

function whatOf(item: Due, state: MmsState): string {
  const route = routeOf(item.on);
  switch (item.do) {
    case 'forward':
      return `forward leg ${item.leg} (${state.legs[item.leg - 1]?.recipients.join(', ') ?? ''}) by ${route}`;
    case 'answer':
      return `send RES ${item.answer} by ${route}`;
    case 'relay':
      return `send report ${item.report} by ${route}`;
    case 'void-claim':
      return `leg ${item.leg}`;
    case 'time-out':
      return item.leg === undefined ? `the RES to report ${item.report ?? ''}` : `the RES to leg ${item.leg}`;
    case 'notify':
      return `tell the handset gateway about ${item.recipient}`;
    case 'expire':
      return `${item.recipient} fetches it`;
    case 'give-up':
      return item.leg === undefined ? 'the end of waiting for reports' : `leg ${item.leg}`;
    case 'release':
      return 'everything';
  }
}

function sinceOf(item: Due, state: MmsState): number {
  const reportedAt = state.reports.find(({ plan }) => 'report' in item && plan.report === item.report);
  const answered = state.answers.find(({ plan }) => item.do === 'answer' && plan.answer === item.answer);
  const leg = 'leg' in item ? state.legs[item.leg - 1] : undefined;
  const mailbox = 'recipient' in item ? state.recipients.get(item.recipient)?.mailbox : undefined;
  const since = [leg?.routedAt, answered?.plan.date, reportedAt?.plan.owedAt, mailbox?.at];
  return (
    since.find((at) => at !== undefined) ?? Math.min(...state.legs.map(({ routedAt }) => routedAt), item.at)
  );
}

/** The route in what something waits for; RES, reports, holds and time-outs name theirs likewise. */
function routeOf(on: string): string {
  return on.slice(on.indexOf(' ') + 1);
}
