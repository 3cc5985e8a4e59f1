import type { SmtpReply } from '../../ports.ts';
import type { MmsEvent, PeerEvidence, Refusal } from '../events.ts';
import type { MmsState } from '../state.ts';
import { conclude } from './conclude.ts';

export type AnswerResult =
  | { readonly kind: 'sent'; readonly reply: SmtpReply; readonly peer: PeerEvidence }
  | { readonly kind: 'deferred'; readonly why: Refusal; readonly nextAttemptAt: number }
  | { readonly kind: 'refused'; readonly why: Refusal };

/** Records a try at sending a RES. Nothing, if it was settled or recorded meanwhile. */
export function finishAnswer(state: MmsState, id: string, result: AnswerResult): readonly MmsEvent[] {
  const answer = state.answers.find(({ plan }) => plan.answer === id);
  if (answer?.stage.kind !== 'owed') return [];
  if (result.kind === 'deferred' && result.nextAttemptAt === answer.stage.at) return [];
  return conclude(state, [answerEvent(id, answer.plan.status, result)]);
}

function answerEvent(
  answer: string,
  status: MmsState['answers'][number]['plan']['status'],
  result: AnswerResult,
): MmsEvent {
  switch (result.kind) {
    case 'sent':
      return { type: 'AckSent', answer, status, reply: result.reply, peer: result.peer };
    case 'deferred':
      return { type: 'AckDeferred', answer, why: result.why, nextAttemptAt: result.nextAttemptAt };
    case 'refused':
      return { type: 'AckAbandoned', answer, why: result.why };
  }
}
