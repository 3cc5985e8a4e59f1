import { release } from '../../domain/mms/decide/operator.ts';
import type { ForwardStarted, MmsEvent } from '../../domain/mms/events.ts';
import { nothing, type MmsState } from '../../domain/mms/state.ts';
import { hour, t0, time } from './builders.ts';
import { fold, type Decision } from './spec.ts';

/** What has happened up to now, and the claims that workers still hold in their hands, dead or alive. */
export interface World {
  readonly now: number;
  readonly state: MmsState;
  readonly history: readonly MmsEvent[];
  readonly claims: readonly ForwardStarted[];
}

export const unborn: World = { now: t0, state: nothing, history: [], claims: [] };

/** Something that anybody does at any moment, sensible or not. */
export interface Command {
  readonly name: string;
  readonly details: unknown;
  readonly wait: number;
  readonly decision: (world: World) => Decision;
}

/** What a command comes to in this world. Run on a later state it is the same command again. */
export function decisionOf(world: World, { wait, decision }: Command): Decision {
  return decision({ ...world, now: world.now + wait });
}

export function step(world: World, command: Command): World {
  const now = world.now + command.wait;
  const events = decisionOf(world, command)(world.state);
  const claimed = events.filter((event) => event.type === 'ForwardStarted');
  return {
    now,
    state: fold(world.state, events),
    history: [...world.history, ...events],
    claims: [...world.claims, ...claimed],
  };
}

export function live(commands: readonly Command[], from = unborn): World {
  return commands.reduce(step, from);
}

/** Nobody does anything any more but the clock, for three weeks; what is parked has been released. */
export function letTimePass(world: World): World {
  return live([unpark, ...Array.from({ length: 42 }, () => tickAfter(12 * hour))], world);
}

const unpark: Command = {
  name: 'operator',
  details: 'releases what is parked',
  wait: 0,
  decision:
    ({ now }) =>
    (state) => {
      if (state.hold?.kind !== 'parked') return [];
      const decision = release(state, { by: 'ann', why: 'mended' }, now);
      return 'events' in decision ? decision.events : [];
    },
};

export function tickAfter(wait: number): Command {
  return { name: 'tick', details: wait, wait, decision: ({ now }) => time(now) };
}
