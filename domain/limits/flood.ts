import type { FloodRule } from '../configuration.ts';
import { slidingCount, type SlidingCount } from './sliding-count.ts';

/** What flood rules look at in a message. */
export interface Sighting {
  readonly partner: string;
  readonly sender: string;
  readonly recipients: readonly string[];
  /** Digest of its parts; asked only where a rule counts the same content. */
  readonly content: () => string;
}

/** What the rules say about one message. */
export interface FloodVerdict {
  /** Those that it breaks, the strictest first. */
  readonly broken: readonly BrokenRule[];
  /** It is counted no more: it was a repeat of one that was counted before. */
  forget(): void;
}

export interface BrokenRule {
  readonly do: FloodRule['do'];
  /** For an operator: `more than 100 messages of sender +4477... within 60 s`. */
  readonly why: string;
}

/** Counts messages, and says of each whether one of the rules has had enough. */
export interface FloodWatch {
  see(sighting: Sighting, now: number): FloodVerdict;
}

const strictest: readonly FloodRule['do'][] = ['refuse', 'hold', 'log'];

/** Each rule counts by itself. The counts are in memory only: they begin anew with the process. */
export function floodWatch(rules: readonly FloodRule[]): FloodWatch {
  const counted = rules.map((rule) => ({ rule, count: slidingCount(rule.within) }));
  return {
    see: (sighting, now) => {
      const seen = counted.map(({ rule, count }) => seeBy(rule, count, sighting, now));
      const broken = seen.flatMap((one) => (one.broken === null ? [] : [one.broken]));
      return {
        broken: broken.sort((a, b) => strictest.indexOf(a.do) - strictest.indexOf(b.do)),
        forget: () => {
          for (const { forget } of seen) forget();
        },
      };
    },
  };
}

interface Seen {
  readonly broken: BrokenRule | null;
  forget(): void;
}

function seeBy(rule: FloodRule, count: SlidingCount, sighting: Sighting, now: number): Seen {
  const content = rule.same === 'content' ? sighting.content() : '';
  const keys = partiesOf(rule, sighting).map((party) => ({ party, key: `${party} ${content}` }));
  const over = keys.filter(({ key }) => count.add(key, now) > rule.count);
  const [first] = over;
  return {
    broken: first === undefined ? null : { do: rule.do, why: floodRuleText(rule, first.party) },
    forget: () => {
      for (const { key } of keys) count.takeBack(key);
    },
  };
}

function partiesOf({ of }: FloodRule, { partner, sender, recipients }: Sighting): readonly string[] {
  switch (of) {
    case 'partner':
      return [partner];
    case 'sender':
      return [sender];
    case 'recipient':
      return [...new Set(recipients)];
  }
}

/** What a rule that has had enough of a sender, recipient or partner says. */
export function floodRuleText({ of, count, within, same }: FloodRule, party: string): string {
  const what = same === 'content' ? 'messages with the same content' : 'messages';
  return `more than ${count} ${what} of ${of} ${party} within ${within / 1_000} s`;
}
