import type { Clock, MailTransport, Timers } from '../../domain/ports.ts';
import { startEngine } from '../../engine/engine.ts';
import type { ContextBase } from '../../engine/live-context.ts';
import type { Chance } from '../support/chance.ts';
import type { Faults } from './faults.ts';
import type { Living } from './inbound.ts';
import { incarnation, type Fate } from './life.ts';

/** One living engine at a time, and earlier incarnations of it that are believed dead and may only stand still. */
export interface Incarnations {
  begin(): void;
  living(): Living | null;
  readonly crashes: () => number;
  readonly freezes: () => number;
}

export interface Cradle {
  readonly base: () => ContextBase;
  readonly clock: () => Clock;
  readonly transport: (timers: Timers, name: string) => MailTransport;
  readonly faults: Faults;
  readonly chance: Chance;
  readonly timers: Timers;
  readonly note: (what: string) => void;
  readonly failed: (why: string) => void;
  /** One has died or stands still. */
  readonly lost: (name: string) => void;
}

const second = 1_000;
const minute = 60 * second;
/** An engine that woke up among others is found and ended after this. */
const zombieFor = 10 * minute;

export function incarnations(cradle: Cradle): Incarnations {
  const { base, clock, transport, faults, chance, timers, note, failed } = cradle;
  let current: Living | null = null;
  let count = 0;
  let freezes = 0;

  const fate = (): Fate => {
    if (faults.happens('crashAtPort')) return chance.pick(['die-before', 'die-after']);
    return faults.happens('freezeAtPort') ? 'freeze' : 'live';
  };

  const begin = async (): Promise<void> => {
    count += 1;
    const life = incarnation({ name: `sim-${count}`, base: base(), clock: clock(), fate, transport });
    note(`${life.name} starts`);
    void life.lost.then(() => {
      cradle.lost(life.name);
      note(`${life.name} ${life.isFrozen() ? 'stands still' : 'dies'}`);
      current = null;
      timers.after(chance.between(1, 60) * second, () => void begin());
      if (!life.isFrozen()) return;
      freezes += 1;
      timers.after(chance.between(1, 40) * minute, () => {
        note(`${life.name} wakes up`);
        life.thaw();
        timers.after(zombieFor, life.die);
      });
    });
    try {
      const engine = await startEngine(life.context);
      // One that stood still in the middle of its start is believed dead: nobody talks to it any more.
      if (!life.isLost()) current = { life, engine };
    } catch (error) {
      // A store that cannot be used at the start: somebody starts it again.
      if (!/cannot be read|does not take/.test(String(error))) failed(`the start failed: ${trace(error)}`);
      life.die();
    }
  };

  return {
    begin: () => void begin(),
    living: () => current,
    crashes: () => count - 1 - freezes,
    freezes: () => freezes,
  };
}

function trace(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
