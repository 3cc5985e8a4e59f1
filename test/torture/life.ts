import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { verify } from '../backup/support.ts';
import { site, type RunningEngine, type Site } from '../e2e/support.ts';
import { startAndKill } from '../support/engine-process.ts';
import { until } from '../support/until.ts';
import { arrivalsAt, type Arrivals } from './arrivals.ts';
import { audit, type Audited } from './audit.ts';
import type { Chance } from '../support/chance.ts';
import { emptyBooks, load, sendTheRest, type Books, type Sent } from './load.ts';
import { firstMarks, marks, patience, type Mark } from './marks.ts';
import { startPartners, type Partners } from './partners.ts';

/** How a round went. */
export interface Round {
  /** Where the kill was meant to come, and whether the mark was seen before the patience ended. */
  readonly mark: string;
  readonly reached: boolean;
  /** Kills while the engine started, after the one that was marked. */
  readonly killsAtStart: number;
  /** Messages that got a 250 in this life so far. */
  readonly accepted: number;
  readonly audited: Audited;
}

/** One data directory with its partners, from the first start of an engine on it, through many kills. */
export interface Life extends AsyncDisposable {
  round(chance: Chance): Promise<Round>;
}

/** For everything that is owed to be done, ms. */
const settling = 60_000;
const killsAtStartAtMost = 2;
/** A start takes about so long, ms. */
const longestStart = 700;

export async function beginLife(): Promise<Life> {
  const partners = await startPartners();
  const place = site(partners.peers, 'requestAck: false, maxConnections: 3');
  const dataDir = join(place.directory, 'data');
  mkdirSync(dataDir);
  const books = emptyBooks();
  const arrivals = arrivalsAt(partners.peers);
  let engine: RunningEngine | null = null;

  return {
    round: async (chance) => {
      const choices: Readonly<Record<string, Mark>> = engine === null ? firstMarks : marks;
      engine ??= await place.start();
      const name = chance.pick(Object.keys(choices) as [string, ...string[]]);
      const mark = choices[name] ?? marks.instant;
      const reached = await killAtMark(engine, mark, { dataDir, partners, chance, books });
      const killsAtStart = chance.between(0, killsAtStartAtMost + 1);
      for (let kills = 0; kills < killsAtStart; kills += 1)
        await startAndKill(place.configFile, chance.between(30, longestStart + 1));
      engine = await place.start();
      await sendTheRest(engine.smtpPort, books);
      const audited = await settleAndAudit(place, dataDir, books, arrivals);
      return { mark: name, reached, killsAtStart, accepted: books.accepted.size, audited };
    },
    [Symbol.asyncDispose]: async () => {
      await place[Symbol.asyncDispose]();
      await partners.stop();
    },
  };
}

interface Surroundings {
  readonly dataDir: string;
  readonly partners: Partners;
  readonly chance: Chance;
  readonly books: Books;
}

/** Loads the engine and kills it -9 at the mark, from within the callback that saw it. False: the mark was not seen. */
async function killAtMark(
  { process: child, smtpPort, kill9 }: RunningEngine,
  mark: Mark,
  { dataDir, partners, chance, books }: Surroundings,
): Promise<boolean> {
  let hear: () => void = () => undefined;
  let isOver = false;
  const killed = Promise.withResolvers<boolean>();
  const kill = (atMark: boolean): void => {
    if (isOver) return;
    isOver = true;
    // One that was asked to stop may have done so before its mark was seen.
    if ((child.exitCode ?? 0) !== 0)
      killed.reject(new Error(`the engine ended by itself with ${child.exitCode}`));
    kill9().then(() => killed.resolve(atMark), killed.reject);
  };
  const onAccepted = (heard: () => void): (() => void) => {
    hear = heard;
    return () => (hear = () => undefined);
  };
  const askToStop = (): void => void child.kill('SIGTERM');
  const disarm = mark({ dataDir, partners, chance, onAccepted, askToStop }, () => kill(true));
  const tired = setTimeout(() => kill(false), patience);
  try {
    const [atMark] = await Promise.all([killed.promise, load(smtpPort, books, chance, () => hear())]);
    return atMark;
  } finally {
    clearTimeout(tired);
    disarm();
  }
}

/** Waits until nothing is owed any more, compares all books, and has the engine's own `mm4 verify` look through the store. */
async function settleAndAudit(
  place: Site,
  dataDir: string,
  { accepted }: Books,
  arrivals: Arrivals,
): Promise<Audited> {
  const sent = [...accepted.values()];
  const missing = (): readonly Sent[] =>
    sent.filter(
      ({ id, wantsAck }) => !(arrivals.forwards.has(id) && (!wantsAck || arrivals.answers.has(id))),
    );
  const allThere = (): boolean => {
    arrivals.look();
    return missing().length === 0;
  };
  await until('the partners', allThere, settling).catch(() => {
    const some = missing().slice(0, 5);
    throw new Error(
      `${missing().length} messages got a 250 and were not forwarded or answered: ${some.map(({ id }) => id).join(', ')}`,
    );
  });
  const events = await until('a record of each forward', async () => {
    const now = await place.events();
    return now.filter(({ type }) => type === 'ForwardSent').length >= sent.length && now;
  });
  arrivals.look();
  const audited = audit(accepted, events, arrivals);
  const { status, damage } = await verify(dataDir);
  if (status !== 0) throw new Error(`mm4 verify ended with ${status}: ${damage.join('; ')}`);
  return audited;
}
