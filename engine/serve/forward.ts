import * as E from 'fp-ts/lib/Either.js';

import { allForwards, due } from '../../domain/mms/due.ts';
import { finishForward, startForward } from '../../domain/mms/decide/forward.ts';
import type { ForwardStarted } from '../../domain/mms/events.ts';
import type { MmsState } from '../../domain/mms/state.ts';
import type { MailSession, SendOutcome } from '../../domain/ports.ts';
import { retryAt } from '../../domain/retry.ts';
import type { Cause } from '../batch.ts';
import type { Context } from '../context.ts';
import type { Permit } from '../limits/pace.ts';
import type { Messages } from '../messages.ts';
import { momentFor } from '../moment.ts';
import { sealDialogue } from './dialogue.ts';
import { composeForward, type ForwardMail } from './forward-mail.ts';
import { judgeContent } from './judge-content.ts';
import type { Line } from './line.ts';
import { tellLine } from './tell-line.ts';

/**
 * A send ends before its claim does: twelve minutes leave room for the ten that a peer may take after the dot (RFC 5321), and the minute
 * between is how far the clocks of two engines may be apart.
 */
const sendBudget = 12 * 60_000;
const lease = sendBudget + 60_000;

/**
 * Sends a leg of a message that is due on this line: claim, send, record. Only the winner of the claim sends. Further legs have the
 * doorbell rung by what is recorded here.
 */
export async function performForwards(
  context: Context,
  messages: Messages,
  stream: string,
  line: Line,
  session: MailSession,
  permit: Permit,
): Promise<void> {
  const loaded = await messages.load(stream);
  if (E.isLeft(loaded)) {
    context.log.error({ stream, why: loaded.left.message }, 'a message cannot be read; it stays waiting');
    return;
  }
  const now = context.clock.now();
  const forwards = allForwards(line.route.account);
  const item = due(loaded.right.state).find(
    ({ do: action, on, at, until }) =>
      action === 'forward' && forwards.includes(on) && at <= now && until !== null && until > now,
  );
  if (item?.do === 'forward' && session.usable) {
    permit.use();
    await performOne(context, messages, stream, line, session, item.leg);
  }
}

async function performOne(
  context: Context,
  messages: Messages,
  stream: string,
  line: Line,
  session: MailSession,
  leg: number,
): Promise<void> {
  const { route } = line;
  const moment = momentFor(context, stream);
  const leaseUntil = moment.now + lease;
  const started = await messages.transact(
    stream,
    (state) =>
      startForward(state, {
        moment,
        leg,
        worker: context.incarnation,
        leaseUntil,
        requestAck: route.requestAck && route.format === 'MM4',
        onUnknownOutcome: route.onUnknownOutcome,
        onAckTimeout: route.onAckTimeout,
        senderRule: route,
      }),
    causeOf(stream, moment.now, 'claim'),
  );
  const claim = E.isRight(started) ? started.right.events.find(isClaim) : undefined;
  if (E.isLeft(started) || claim === undefined) return;
  const mail = await composeForward(context, started.right.state, claim, line, session);
  const outcome = await send(context, mail, session, moment.now + sendBudget);
  const judged = await judgeContent(context, stream, outcome);
  await record(context, messages, stream, line, session, claim, mail, judged);
}

async function send(
  context: Context,
  mail: ForwardMail,
  session: MailSession,
  until: number,
): Promise<SendOutcome> {
  if (mail.kind === 'impossible') return mail.outcome;
  return session.send(mail.mail, {
    budget: sendBudget,
    // Never finish a send whose claim somebody else may already have declared void.
    mayFinish: () => context.clock.now() < until,
  });
}

async function record(
  context: Context,
  messages: Messages,
  stream: string,
  line: Line,
  session: MailSession,
  claim: ForwardStarted,
  mail: ForwardMail,
  outcome: SendOutcome,
): Promise<void> {
  const { route } = line;
  context.meters.tried(route.account, 'forward', outcome.kind);
  tellLine(line, outcome);
  const dialogue = mail.kind === 'mail' ? await sealDialogue(context, session, mail.mail.head) : null;
  const moment = momentFor(context, stream);
  const { address, port, tls } = session.facts;
  const command = {
    moment,
    claim,
    outcome,
    recipientOf: (rcptTo: string): string =>
      mail.kind === 'mail' ? (mail.recipients.get(rcptTo) ?? rcptTo) : rcptTo,
    sent: {
      bodySha256: mail.kind === 'mail' && outcome.kind === 'sent' ? mail.bodySha256() : '',
      wireSize: mail.kind === 'mail' ? mail.mail.size : 0,
      peer: { route: route.account, address, port, ...(tls === undefined ? {} : { tls }) },
      dialogue,
      ackUntil: claim.requestAck ? moment.now + route.ackTimeout : null,
    },
    nextAttemptAt: retryAt(route.retry, claim.attempt, moment.now, context.randomness.share()),
  };
  const recorded = await messages.transact(
    stream,
    (state: MmsState) => finishForward(state, command),
    causeOf(stream, moment.now, claim.transactionId),
  );
  if (E.isLeft(recorded)) {
    // The claim stands without an outcome: it becomes "unknown" when its lease runs out, which is the truth.
    context.log.error({ stream, why: recorded.left.message }, 'the outcome of a send could not be recorded');
  }
  context.log.info(
    { stream, route: route.account, leg: claim.leg, outcome: outcome.kind },
    'forward attempted',
  );
}

const isClaim = (event: { readonly type: string }): event is ForwardStarted =>
  event.type === 'ForwardStarted';

function causeOf(stream: string, now: number, causation: string): Cause {
  return { correlation: stream.slice(stream.indexOf('-') + 1), causation, actor: 'worker', occurredAt: now };
}
