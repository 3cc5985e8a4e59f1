import { repliesIn } from '../../domain/limits/answer-rules.ts';
import type { SendOutcome } from '../../domain/ports.ts';
import { classify } from '../../domain/replies.ts';
import type { Line } from './line.ts';

/**
 * What became of one mail, as far as it says something about its route: the partner's answers are counted, and one that wants another
 * login is no matter of this mail (protocol reference 5.6).
 */
export function tellLine(line: Line, outcome: SendOutcome): void {
  line.heard(repliesIn(outcome));
  if (outcome.kind !== 'refused') return;
  const { at, reply } = outcome;
  if (classify(at, reply).action !== 'stop-route') return;
  const said = [reply.code, reply.enhanced, reply.text].filter(Boolean).join(' ');
  const why = `answered ${said}; check login and password of route ${line.route.account}`;
  line.reportTrouble({ at, why, credentials: true });
}
