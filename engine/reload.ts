import * as E from 'fp-ts/lib/Either.js';

import { changedKeys, needRestart } from '../domain/configuration-changes.ts';
import { digestOf } from '../domain/configuration-digest.ts';
import type { Configuration } from '../domain/configuration.ts';
import { allForwards, onAnswers, onHeld } from '../domain/mms/due.ts';
import { ask } from './ask.ts';
import { recordConfiguration } from './configuration-record.ts';
import type { Context } from './context.ts';
import type { LiveContext } from './live-context.ts';
import { noteNode } from './node-stream.ts';
import type { Lines } from './serve/lines.ts';

export interface Reloaded {
  readonly digest: string;
  /** The keys that changed. */
  readonly changes: readonly string[];
}

/**
 * Puts another configuration in force, or says why not and changes nothing. Messages in flight keep the decisions they were given;
 * so a route that something waits for cannot go.
 */
export async function reload(
  live: LiveContext,
  lines: Lines,
  next: Configuration,
  by: string,
): Promise<E.Either<string, Reloaded>> {
  const { context } = live;
  const changes = changedKeys(context.configuration, next);
  if (changes.length === 0) return E.right({ digest: context.configurationDigest, changes });
  const fixed = needRestart(changes);
  if (fixed.length > 0)
    return E.left(`only a restart can change ${fixed.join(', ')}: stop the engine and start it again`);
  const stuck = await ask(() => waitingForRemoved(context, next));
  if (E.isLeft(stuck)) return E.left(`${stuck.left}; nothing has changed, try again`);
  if (stuck.right.length > 0) return E.left(stuck.right.join('\n'));
  // Events first: what is in force is always what the store says.
  const digest = digestOf(next);
  const recorded = await recordConfiguration(context, next);
  if (E.isLeft(recorded)) return E.left(`${recorded.left}; nothing has changed, try again`);
  if (!(await noteNode(context, { type: 'ConfigurationChanged', digest, by, changes }))) {
    return E.left('the store cannot write now: nothing has changed, try again');
  }
  live.replace(next);
  lines.follow();
  context.log.info({ by, changes, digest }, 'another configuration is in force');
  return E.right({ digest, changes });
}

/** What waits for routes that the configuration does not have any more, and what to do about it. */
export async function waitingForRemoved(
  context: Context,
  { partners }: Configuration,
): Promise<readonly string[]> {
  const kept = new Set(partners.flatMap(({ routes }) => routes.map(({ account }) => account)));
  await context.openWork.whenCaughtUp();
  const waiting = await context.openWork.waiting();
  const routes = new Set(waiting.flatMap(({ on }) => routeIn(on)).filter((route) => !kept.has(route)));
  const count = (on: string): number => waiting.find((row) => row.on === on)?.waiting ?? 0;
  return [...routes].map((route) => {
    const forwards = [...allForwards(route), onHeld(route)].reduce((sum, on) => sum + count(on), 0);
    const answers = count(onAnswers(route));
    return (
      `the route ${route} is gone, and ${forwards} messages and ${answers} RES or reports wait for it: keep it until they are through, or ` +
      `"mm4 reroute --route ${route} --to OTHER --why ..." the messages`
    );
  });
}

/** The route that something waits for; RES that are awaited need none. */
function routeIn(on: string): readonly string[] {
  const [kind, route] = on.split(' ');
  return route !== undefined && kind !== 'lease' && kind !== 'acks' && route !== 'handsets' ? [route] : [];
}
