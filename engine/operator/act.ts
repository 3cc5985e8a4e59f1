import * as E from 'fp-ts/lib/Either.js';

import {
  drop,
  expire,
  hold,
  release,
  reroute,
  resend,
  type OperatorDecision,
} from '../../domain/mms/decide/operator.ts';
import { firstIntake, type MmsState } from '../../domain/mms/state.ts';
import type { Context } from '../context.ts';
import type { Messages } from '../messages.ts';
import { momentFor } from '../moment.ts';
import type { Hand, MessageCommand, Performed, Preview } from './operator.ts';
import { routesOf, select, type Sources } from './select.ts';

const atOnce = 32;
const sampleSize = 5;

/** Decides a command about one message. */
type Decider = (state: MmsState, hand: Hand, stream: string) => OperatorDecision;

/** Counts what a command would do, without doing it. */
export async function preview(
  context: Context,
  messages: Messages,
  sources: Sources,
  command: MessageCommand,
): Promise<E.Either<string, Preview>> {
  const sample: string[] = [];
  const nobody: Hand = { by: '', why: '' };
  const counted = await each(context, sources, messages, command, (stream, decide) => async (state) => {
    const decision = decide(state, nobody, stream);
    if ('events' in decision && sample.length < sampleSize) sample.push(stream);
    return Promise.resolve('events' in decision ? null : decision.unchanged);
  });
  return E.map((performed: Performed) => ({ ...performed, sample }))(counted);
}

/** Does it, message by message; each decides on the state it finds then. */
export async function perform(
  context: Context,
  messages: Messages,
  sources: Sources,
  command: MessageCommand,
  hand: Hand,
): Promise<E.Either<string, Performed>> {
  const performed = await each(context, sources, messages, command, (stream, decide) => async () => {
    let why: string | null = null;
    const transacted = await messages.transact(
      stream,
      (state) => {
        const decision = decide(state, hand, stream);
        why = 'events' in decision ? null : decision.unchanged;
        return 'events' in decision ? decision.events : [];
      },
      {
        correlation: momentFor(context, stream).uid,
        causation: `${command.do} by ${hand.by}`,
        actor: 'operator',
        occurredAt: context.clock.now(),
      },
    );
    return E.isLeft(transacted) ? transacted.left.message : why;
  });
  if (E.isRight(performed)) {
    const { selected, changed } = performed.right;
    context.log.info(
      { command: command.do, by: hand.by, why: hand.why, selected, changed },
      'an operator acts',
    );
  }
  return performed;
}

/** Runs through the selected messages, a few at once; `work` says why one stayed as it was, or null. */
async function each(
  context: Context,
  sources: Sources,
  messages: Messages,
  command: MessageCommand,
  work: (stream: string, decide: Decider) => (state: MmsState) => Promise<string | null>,
): Promise<E.Either<string, Performed>> {
  const decide = deciderOf(context, sources, command);
  if (E.isLeft(decide)) return decide;
  const seen = new Set<string>();
  const reasons = new Map<string, number>();
  let selected = 0;
  let changed = 0;
  const one = async (stream: string): Promise<void> => {
    const loaded = await messages.load(stream);
    if (E.isLeft(loaded)) {
      if (loaded.left.kind !== 'unreadable') throw new Error(loaded.left.message);
      selected += 1;
      reasons.set(loaded.left.message, 1);
      return;
    }
    const { state } = loaded.right;
    if (state.intakes.length === 0 || !fits(state, command)) return;
    selected += 1;
    const why = await work(stream, decide.right)(state);
    if (why === null) changed += 1;
    else reasons.set(why, (reasons.get(why) ?? 0) + 1);
  };
  try {
    for await (const page of select(sources, command.what)) {
      const fresh = page.filter((stream) => !seen.has(stream));
      for (const stream of fresh) seen.add(stream);
      for (let at = 0; at < fresh.length; at += atOnce)
        await Promise.all(fresh.slice(at, at + atOnce).map(one));
    }
  } catch (error) {
    return E.left(`${error instanceof Error ? error.message : String(error)}; done before that: ${changed}`);
  }
  const unchanged = [...reasons].map(([why, count]) => ({ why, count }));
  return E.right({ selected, changed, unchanged });
}

/** Everything the selection says holds for this message; what waits where was looked up already. */
function fits(state: MmsState, { what }: MessageCommand): boolean {
  const { senderPrefix } = what;
  return senderPrefix === undefined || firstIntake(state).sender.address.startsWith(senderPrefix);
}

function deciderOf(context: Context, sources: Sources, command: MessageCommand): E.Either<string, Decider> {
  const { what } = command;
  if (Object.values(what).every((value) => value === undefined)) {
    return E.left('say which messages: an id, a partner, a route or a sender');
  }
  if (what.partner !== undefined && sources.routesOf(what.partner) === undefined) {
    return E.left(`there is no partner ${what.partner}: "mm4 partners" lists them`);
  }
  const limited = what.route !== undefined || what.partner !== undefined;
  const routes = limited ? routesOf(sources, what) : undefined;
  const from = routes === undefined ? {} : { from: routes };
  const now = context.clock.now();
  const deadlineOf = (route: string): number => now + (context.routes.routes.get(route)?.route.deadline ?? 0);
  const moment = (stream: string) => momentFor(context, stream);
  switch (command.do) {
    case 'hold':
      return E.right((state, hand) => hold(state, hand));
    case 'release':
      return E.right((state, hand) => release(state, hand, now));
    case 'expire':
      return E.right((state, hand, stream) => expire(state, hand, moment(stream), routes));
    case 'drop':
      return E.right((state, hand, stream) => drop(state, hand, moment(stream), routes));
    case 'resend': {
      const again = { deadline: deadlineOf, evenIfSent: command.evenIfSent, ...from };
      return E.right((state, hand, stream) => resend(state, again, hand, moment(stream)));
    }
    case 'reroute': {
      const target = context.routes.routes.get(command.to);
      if (target === undefined) return E.left(`there is no route ${command.to}: "mm4 partners" lists them`);
      const to = {
        partner: target.partner.name,
        route: command.to,
        maxRecipients: target.route.maxRecipientsPerPdu,
        deadline: deadlineOf(command.to),
        evenIfSent: command.evenIfSent,
        ...from,
      };
      return E.right((state, hand, stream) => reroute(state, to, hand, moment(stream)));
    }
  }
}
