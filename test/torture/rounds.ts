import { chanceOf } from '../support/chance.ts';
import { beginLife, type Life, type Round } from './life.ts';

/** What a whole run came to. */
export interface Summary {
  readonly seed: number;
  /** Rounds that were gone through to the end. */
  readonly rounds: number;
  readonly kills: number;
  readonly killsAtStart: number;
  /** By mark: kills that were meant for it, and those that were at it. */
  readonly marks: Readonly<Record<string, { readonly kills: number; readonly reached: number }>>;
  readonly accepted: number;
  readonly streams: number;
  readonly events: number;
  readonly repeatedForwards: number;
  readonly repeatedAnswers: number;
  readonly seconds: number;
  /** The promise that was broken; null: none. */
  readonly failure: string | null;
}

/** A new data directory after so many rounds: first segments again, and a store that is quickly looked through. */
const roundsOfLife = 8;

/** Goes through the rounds, and ends at the first one that breaks a promise. */
export async function torture(
  { rounds, seed }: { readonly rounds: number; readonly seed: number },
  progress: (line: string) => void,
): Promise<Summary> {
  const began = Date.now();
  const chance = chanceOf(seed, 'torture');
  const lives: Round[][] = [];
  let failure: string | null = null;
  for (let done = 0; done < rounds && failure === null; done += roundsOfLife) {
    const mine: Round[] = [];
    lives.push(mine);
    let life: Life | null = null;
    try {
      life = await beginLife();
      while (mine.length < Math.min(roundsOfLife, rounds - done)) {
        const round = await life.round(chance);
        mine.push(round);
        progress(lineOf(done + mine.length, rounds, round));
      }
    } catch (error) {
      failure = `round ${done + mine.length + 1}: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      await life?.[Symbol.asyncDispose]();
    }
  }
  return { seed, ...countsOf(lives), seconds: Math.round((Date.now() - began) / 1_000), failure };
}

function lineOf(
  number: number,
  of: number,
  { mark, reached, killsAtStart, accepted, audited }: Round,
): string {
  const at = `${mark}${reached ? '' : ' (not reached)'}`;
  const more = killsAtStart === 0 ? '' : `, then ${killsAtStart} while it started`;
  return `${number}/${of}: killed at ${at}${more}; ${accepted} messages, ${audited.repeatedForwards} forwards repeated`;
}

function countsOf(lives: readonly (readonly Round[])[]): Omit<Summary, 'seed' | 'seconds' | 'failure'> {
  const all = lives.flat();
  const ends = lives.map((rounds) => rounds.at(-1)).filter((round) => round !== undefined);
  const sum = <A>(from: readonly A[], of: (one: A) => number): number =>
    from.reduce((total, one) => total + of(one), 0);
  const byMark = [...Map.groupBy(all, ({ mark }) => mark)].map(([mark, rounds]) => [
    mark,
    { kills: rounds.length, reached: rounds.filter(({ reached }) => reached).length },
  ]);
  return {
    rounds: all.length,
    kills: all.length,
    killsAtStart: sum(all, ({ killsAtStart }) => killsAtStart),
    marks: Object.fromEntries(byMark) as Summary['marks'],
    accepted: sum(ends, ({ accepted }) => accepted),
    streams: sum(ends, ({ audited }) => audited.streams),
    events: sum(ends, ({ audited }) => audited.events),
    repeatedForwards: sum(ends, ({ audited }) => audited.repeatedForwards),
    repeatedAnswers: sum(ends, ({ audited }) => audited.repeatedAnswers),
  };
}
