import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

import type { Chance } from '../support/chance.ts';
import type { Partners } from './partners.ts';

/** What may be looked at to choose the instant of a kill: all of it can be seen from outside of the process. */
export interface Scene {
  readonly dataDir: string;
  readonly partners: Partners;
  readonly chance: Chance;
  /** Hears of each 250 that a sender has read; gives how to hear no more. */
  onAccepted(hear: () => void): () => void;
  /** SIGTERM. */
  askToStop(): void;
}

/** Arms a mark: `reached` is called at the marked instant, at most once for what it is worth. Gives how to disarm it. */
export type Mark = (scene: Scene, reached: () => void) => () => void;

/** A mark that was not reached for so long, ms, has nothing to wait for: the kill then comes at any instant. */
export const patience = 1_500;
const longestInstant = 900;

/** Any instant, from the first greeting to well filled queues. */
const instant: Mark = ({ chance }, reached) => {
  const timer = setTimeout(reached, chance.between(0, longestInstant + 1));
  return () => clearTimeout(timer);
};

/** A sender has just read a 250: the forward may not have begun. */
const accepted: Mark = ({ chance, onAccepted }, reached) => onAccepted(after(chance.between(1, 41), reached));

/** The n-th write to files that match, after which nothing may have been synced yet. */
function writtenTo(folder: string, matches: RegExp, atMost: number): Mark {
  return ({ dataDir, chance }, reached) => {
    const count = after(chance.between(1, atMost + 1), reached);
    return watching(join(dataDir, folder), (file) => {
      if (matches.test(file)) count();
    });
  };
}

/** The event file itself is only written by a checkpoint: here the one of a polite stop, so that a stop dies in the middle of it. */
const stopping: Mark = ({ dataDir, chance, askToStop }, reached) => {
  const count = after(chance.between(1, 13), reached);
  const ask = setTimeout(askToStop, chance.between(50, longestInstant + 1));
  const disarm = watching(dataDir, (file) => {
    if (file === 'events.db') count();
  });
  return () => {
    clearTimeout(ask);
    disarm();
  };
};

/** A partner is in the middle of a mail; has all of it and has not answered; or has just answered. */
function atPartner(step: 'body' | 'dot', mute: boolean): Mark {
  return ({ partners, chance }, reached) => partners.trap(step, chance.between(1, 26), mute, reached);
}

/** By name, as they are counted at the end. */
export const marks = {
  instant,
  accepted,
  'events-wal-written': writtenTo('.', /^events\.db-wal$/, 60),
  'projections-wal-written': writtenTo('.', /^projections\.db-wal$/, 30),
  'body-written': writtenTo('bodies', /\.seg$/, 40),
  'head-written': writtenTo('heads', /\.seg$/, 40),
  'key-written': writtenTo('keys', /\.keys$/, 60),
  'partner-has-part': atPartner('body', true),
  'partner-has-all': atPartner('dot', true),
  'partner-answered': atPartner('dot', false),
  stopping,
} as const satisfies Readonly<Record<string, Mark>>;

/** Marks of an engine on a directory without content: they are there once, at its first message. */
export const firstMarks = {
  'first-segment-begun': appeared('bodies'),
  'first-key-file-begun': appeared('keys'),
} as const satisfies Readonly<Record<string, Mark>>;

function appeared(name: string): Mark {
  return ({ dataDir }, reached) =>
    watching(dataDir, (file) => {
      if (file === name) reached();
    });
}

function watching(folder: string, changed: (file: string) => void): () => void {
  let watcher: FSWatcher | null = watch(folder, (_, file) => {
    if (watcher !== null && file !== null) changed(file);
  });
  return () => {
    watcher?.close();
    watcher = null;
  };
}

/** Calls it at the n-th time. */
function after(times: number, reached: () => void): () => void {
  let left = times;
  return () => {
    left -= 1;
    if (left === 0) reached();
  };
}
