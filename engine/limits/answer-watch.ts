import * as E from 'fp-ts/lib/Either.js';

import type { AnswerRule } from '../../domain/configuration.ts';
import { answerCounts, type BrokenAnswerRule, type PeerAnswer } from '../../domain/limits/answer-rules.ts';
import type { Context } from '../context.ts';
import { note, partnerStream, type PartnerEvent } from '../partner-streams.ts';
import type { Pauses } from '../pauses.ts';
import type { Line } from '../serve/line.ts';

/** Listens to what partners answer, and does what the rules of the configuration (`answers`) say. */
export interface AnswerWatch {
  /** The answers to one PDU on a route. */
  heard(route: string, answers: readonly PeerAnswer[]): void;
}

/** Who acts where a rule does: `by` in its events. */
export const answerRule = 'answer rule';

export function answerWatch(
  context: Context,
  pauses: Pauses,
  lineOf: (route: string) => Line | undefined,
): AnswerWatch {
  let rules: readonly AnswerRule[] = context.configuration.answers;
  let counts = answerCounts(rules);

  const record = (partner: string, event: PartnerEvent): void => {
    void note(context, partnerStream(partner), event, new Map());
  };

  const pause = async (partner: string, until: number, why: string): Promise<void> => {
    // One that lasts longer, or for good, is not shortened.
    if (pauses.stateOf(partner) !== null) return;
    const paused = await pauses.pause(partner, until, { by: answerRule, why });
    if (E.isLeft(paused)) context.log.error({ partner, why: paused.left }, 'a partner could not be paused');
  };

  const act = (route: string, partner: string, { rule, why }: BrokenAnswerRule): void => {
    const until = context.clock.now() + rule.for;
    switch (rule.do) {
      case 'pause':
        void pause(partner, until, why);
        return;
      case 'slow':
        lineOf(route)?.slow(until, why);
        context.log.warn({ route, why, until }, 'route slowed down');
        record(partner, { type: 'Slowed', route, by: answerRule, why, until });
        return;
      case 'alarm':
        context.log.error({ route, why }, 'alarm: a partner answers as a rule warns of');
        record(partner, { type: 'Alarm', route, by: answerRule, why });
        return;
    }
  };

  return {
    heard: (route, answers) => {
      if (rules !== context.configuration.answers) {
        rules = context.configuration.answers;
        counts = answerCounts(rules);
      }
      const partner = context.routes.routes.get(route)?.partner.name;
      if (partner === undefined || rules.length === 0) return;
      for (const broken of counts.hear(route, answers, context.clock.now())) act(route, partner, broken);
    },
  };
}
