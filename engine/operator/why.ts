import * as E from 'fp-ts/lib/Either.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';

import { decodeEvent } from '../../domain/mms/codec.ts';
import { due, type Due } from '../../domain/mms/due.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import { evolve } from '../../domain/mms/evolve.ts';
import { nothing, type MmsState } from '../../domain/mms/state.ts';
import { bindingOf, routeBinding, routeOf, type Binding, type LiveFacts } from './binding.ts';
import { lastWord } from './last-word.ts';
import type { Reason } from './operator.ts';
import { streamsMeant } from './select.ts';

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
      const what = kind === 'urgent' || kind === 'bulk' ? `${kind} forwards` : kind;
      return { what: `${count} ${what} of ${route}`, since: oldest, until: null, last: null, ...binding };
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
