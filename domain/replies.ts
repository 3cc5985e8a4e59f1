import type { RequestStatus } from './mm4/pdu.ts';
import type { SmtpReply, SmtpStep } from './ports.ts';

/**
 * What to do about a negative SMTP reply.
 *
 * - `retry`: later, by the route's schedule, until the deadline.
 * - `permanent`: this mail, or at RCPT this recipient, will never be taken.
 * - `stop-route`: our credentials are refused. The operator has to act; messages stay queued.
 * - `requeue-now`: the peer takes no more recipients in one mail. Those it accepted go through; the refused ones go at once
 *   into another mail. Where it accepted none, treat it as `retry`, or it would go round without end.
 */
export type ReplyAction = 'retry' | 'permanent' | 'stop-route' | 'requeue-now';

export interface ReplyVerdict {
  readonly action: ReplyAction;
  /** What is recorded about the message once it is given up for this reason. */
  readonly status: RequestStatus;
}

interface Rule extends ReplyVerdict {
  /** Undefined: at every step. */
  readonly steps?: readonly SmtpStep[];
  /** Codes, or a whole class by its first digit. */
  readonly codes: readonly number[] | '4xx' | '5xx' | 'any';
  /** What the enhanced code must begin with, up to a dot or its end; `''` stands for "none was given". Undefined: it does not matter. */
  readonly enhanced?: readonly string[];
}

/** Up to here a refusal says something about the route, never about a message (it is the whole session that failed). */
const beforeMail: readonly SmtpStep[] = ['connect', 'greeting', 'ehlo', 'starttls', 'auth'];

/** Protocol reference, section 5.6. The first rule that fits decides. */
const rules: readonly Rule[] = [
  { codes: [530, 534, 535, 538], action: 'stop-route', status: 'Error-service-denied' },
  { steps: beforeMail, codes: 'any', action: 'retry', status: 'Error-network-problem' },
  {
    steps: ['rcpt'],
    codes: [452],
    enhanced: ['', '4.5.3'],
    action: 'requeue-now',
    status: 'Error-network-problem',
  },
  { codes: '4xx', action: 'retry', status: 'Error-network-problem' },
  {
    steps: ['rcpt'],
    codes: [550, 551, 553],
    enhanced: ['5.1'],
    action: 'permanent',
    status: 'Error-sending-address-unresolved',
  },
  { codes: [550, 554], enhanced: ['5.7'], action: 'permanent', status: 'Error-service-denied' },
  { codes: [552], action: 'permanent', status: 'Error-content-not-accepted' },
  { codes: [554], enhanced: ['5.2.3', '5.3.4'], action: 'permanent', status: 'Error-content-not-accepted' },
  { codes: [554], enhanced: ['5.6'], action: 'permanent', status: 'Error-message-format-corrupt' },
  { codes: '5xx', action: 'permanent', status: 'Error-unspecified' },
  // Not a negative reply at all: the peer does not speak SMTP at this moment.
  { codes: 'any', action: 'retry', status: 'Error-network-problem' },
];

/**
 * Judges a negative reply by its numeric code, then its enhanced code, never by its text
 * (protocol reference, section 5.6).
 */
export function classify(step: SmtpStep, reply: SmtpReply): ReplyVerdict {
  const rule = rules.find((candidate) => fits(candidate, step, reply));
  if (rule === undefined) throw new Error('the table of replies has no last rule');
  return { action: rule.action, status: rule.status };
}

function fits(rule: Rule, step: SmtpStep, reply: SmtpReply): boolean {
  return (
    (rule.steps === undefined || rule.steps.includes(step)) &&
    hasCode(rule.codes, reply.code) &&
    (rule.enhanced === undefined || rule.enhanced.some((prefix) => hasEnhanced(prefix, reply.enhanced)))
  );
}

function hasCode(codes: Rule['codes'], code: number): boolean {
  if (codes === 'any') return true;
  if (codes === '4xx') return code >= 400 && code < 500;
  if (codes === '5xx') return code >= 500;
  return codes.includes(code);
}

function hasEnhanced(prefix: string, enhanced: string | undefined): boolean {
  if (enhanced === undefined || prefix === '') return prefix === (enhanced ?? '');
  return enhanced === prefix || enhanced.startsWith(`${prefix}.`);
}
