import type { AnswerRule } from '../configuration.ts';
import type { RequestStatus } from '../mm4/pdu.ts';
import type { SendOutcome, SmtpReply } from '../ports.ts';
import { matchesMask } from '../routing/masks.ts';
import { slidingCount } from './sliding-count.ts';

/** What a partner answered: by SMTP, or with the status of a RES. */
export type PeerAnswer = SmtpReply | { readonly status: RequestStatus };

/** A rule that has had enough of a route. */
export interface BrokenAnswerRule {
  readonly rule: AnswerRule;
  /** For an operator: `5 answers 421|4.7.* within 600 s on op-b-out`. */
  readonly why: string;
}

/** Counts the answers of each route. A rule that has had enough begins to count anew. */
export interface AnswerCounts {
  /** One PDU's answers: they count once for each rule. Only the peer's own; what we said in its place is passed over. */
  hear(route: string, answers: readonly PeerAnswer[], now: number): readonly BrokenAnswerRule[];
}

export function answerCounts(rules: readonly AnswerRule[]): AnswerCounts {
  const counted = rules.map((rule) => ({ rule, count: slidingCount(rule.within) }));
  return {
    hear: (route, answers, now) => {
      const remote = answers.filter(isRemote);
      return counted.flatMap(({ rule, count }) => {
        if (!remote.some((answer) => isNamed(rule, answer))) return [];
        if (count.add(route, now) < rule.count) return [];
        count.reset(route);
        return [{ rule, why: answerRuleText(rule, route) }];
      });
    },
  };
}

/** The replies in an outcome. One that is not known, or broke off without a reply, has none. */
export function repliesIn(outcome: SendOutcome): readonly SmtpReply[] {
  switch (outcome.kind) {
    case 'sent':
    case 'refused':
      return [outcome.reply, ...outcome.refused.map(({ reply }) => reply)];
    case 'not-sent':
    case 'unknown':
      return [];
  }
}

/** The rate of a route that is slowed down, in messages a second: a quarter of its own, or one where it has none. */
export function slowRate(configured: number | null): number {
  return configured === null ? 1 : configured / 4;
}

function isRemote(answer: PeerAnswer): boolean {
  return 'status' in answer || answer.ours !== true;
}

function isNamed({ reply }: AnswerRule, answer: PeerAnswer): boolean {
  const names = 'status' in answer ? [answer.status] : [String(answer.code), answer.enhanced ?? ''];
  return reply.some((mask) => names.some((name) => matchesMask(mask.toLowerCase(), name.toLowerCase())));
}

/** What a rule that has had enough of a route says. */
export function answerRuleText({ reply, count, within }: AnswerRule, route: string): string {
  return `${count} answers ${reply.join('|')} within ${within / 1_000} s on ${route}`;
}
