import * as E from 'fp-ts/lib/Either.js';

import { finishAnswer, type AnswerResult } from '../../domain/mms/decide/answer.ts';
import { finishRelay, type RelayResult } from '../../domain/mms/decide/report.ts';
import { due, onAnswers } from '../../domain/mms/due.ts';
import type { MmsEvent, PeerEvidence, Refusal } from '../../domain/mms/events.ts';
import type { MmsState } from '../../domain/mms/state.ts';
import type { MailSession, OutgoingMail, SendOutcome } from '../../domain/ports.ts';
import { classify } from '../../domain/replies.ts';
import { retryAt } from '../../domain/retry.ts';
import type { Context } from '../context.ts';
import type { Messages } from '../messages.ts';
import { momentFor } from '../moment.ts';
import { composeAnswer, composeReport } from './answer-mail.ts';
import type { Line } from './line.ts';
import { tellLine } from './tell-line.ts';

const sendBudget = 12 * 60_000;

/**
 * Sends the RES and reports that a stream owes on this line. They are harmless to repeat, and all that names them was fixed when
 * they became owed, so they need no claim: a crash between sending and recording sends the same bytes again.
 */
export async function performAnswers(
  context: Context,
  messages: Messages,
  stream: string,
  line: Line,
  session: MailSession,
): Promise<void> {
  const loaded = await messages.load(stream);
  if (E.isLeft(loaded)) {
    context.log.error(
      { stream, why: loaded.left.message },
      'a message cannot be read; its answers stay waiting',
    );
    return;
  }
  const { state } = loaded.right;
  const now = context.clock.now();
  for (const item of due(state)) {
    if (item.on !== onAnswers(line.route.account) || item.at > now || !session.usable) continue;
    if (item.do === 'answer') {
      const answer = state.answers.find(({ plan }) => plan.answer === item.answer);
      if (answer === undefined) continue;
      const mail = {
        what: 'res',
        content: composeAnswer(context, answer.plan),
        tries: answer.tries,
      } as const;
      const result = await attempt(context, mail, line, session);
      await record(context, messages, stream, (current) => finishAnswer(current, item.answer, result));
    } else if (item.do === 'relay') {
      const report = state.reports.find(({ plan }) => plan.report === item.report);
      if (report === undefined) continue;
      const content = composeReport(context, state, report, line);
      const mail = { what: 'report', content, tries: report.tries } as const;
      const result = await attempt(context, mail, line, session);
      await record(context, messages, stream, (current) => finishRelay(current, item.report, result));
    }
  }
}

/** A RES or report on its way out. */
interface ControlMail {
  readonly what: 'res' | 'report';
  readonly content: OutgoingMail;
  /** How often it was put off before. */
  readonly tries: number;
}

/** One try. An unknown outcome is tried again: the peer knows the ids. */
async function attempt(
  context: Context,
  mail: ControlMail,
  line: Line,
  session: MailSession,
): Promise<AnswerResult & RelayResult> {
  const outcome = await session.send(mail.content, { budget: sendBudget, mayFinish: () => true });
  session.takeDialogue();
  const { route } = line;
  context.meters.tried(route.account, mail.what, outcome.kind);
  tellLine(line, outcome);
  const now = context.clock.now();
  const { address, port, tls } = session.facts;
  const peer: PeerEvidence = { route: route.account, address, port, ...(tls === undefined ? {} : { tls }) };
  switch (outcome.kind) {
    case 'sent':
      return { kind: 'sent', reply: outcome.reply, peer, ackUntil: now + route.ackTimeout };
    case 'refused':
      return classify(outcome.at, outcome.reply).action === 'permanent'
        ? { kind: 'refused', why: refusalOf(outcome) }
        : deferred(context, line, mail, refusalOf(outcome));
    case 'not-sent':
    case 'unknown':
      return deferred(context, line, mail, { by: 'partner', text: outcome.why });
  }
}

function refusalOf({ reply }: Extract<SendOutcome, { kind: 'refused' }>): Refusal {
  return { by: reply.ours === true ? 'us' : 'partner', text: reply.text, reply };
}

function deferred(
  context: Context,
  { route }: Line,
  { tries }: ControlMail,
  why: Refusal,
): Extract<AnswerResult, { kind: 'deferred' }> {
  const nextAttemptAt = retryAt(route.retry, tries + 1, context.clock.now(), context.randomness.share());
  return { kind: 'deferred', why, nextAttemptAt };
}

async function record(
  context: Context,
  messages: Messages,
  stream: string,
  decide: (state: MmsState) => readonly MmsEvent[],
): Promise<void> {
  const moment = momentFor(context, stream);
  const recorded = await messages.transact(stream, decide, {
    correlation: moment.uid,
    causation: 'answer',
    actor: 'worker',
    occurredAt: moment.now,
  });
  if (E.isLeft(recorded)) {
    context.log.error(
      { stream, why: recorded.left.message },
      'an answer was sent but not recorded; it will be sent again',
    );
  }
}
