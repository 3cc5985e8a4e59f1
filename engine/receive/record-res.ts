import * as E from 'fp-ts/lib/Either.js';

import type { Res } from '../../domain/mm4/pdu.ts';
import { receiveAck } from '../../domain/mms/decide/ack.ts';
import { receiveReportAck } from '../../domain/mms/decide/report.ts';
import type { MmsEvent, PduEvidence } from '../../domain/mms/events.ts';
import { streamOf, type TransactionKind } from '../../domain/mms/ids.ts';
import type { Leg, MmsState } from '../../domain/mms/state.ts';
import { retryAt } from '../../domain/retry.ts';
import type { Context } from '../context.ts';
import type { TransactFailure } from '../messages.ts';
import { momentFor } from '../moment.ts';
import type { Desk } from './desk.ts';
import { resStatusOf } from './evidence.ts';

/** Which of our transactions a RES answers. */
export interface Answered {
  readonly uid: string;
  readonly kind: TransactionKind;
  readonly number: number;
}

export interface ResIn {
  readonly pdu: Res;
  readonly evidence: PduEvidence;
  /** Empty: it answers the transaction in hand. */
  readonly transactionId: string;
  readonly alias: string | null;
}

/** Records a RES with the transaction it answers. */
export async function recordRes(
  { context, messages, heard }: Desk,
  { pdu, evidence, transactionId, alias }: ResIn,
  { uid, kind, number }: Answered,
): Promise<E.Either<TransactFailure, unknown>> {
  const stream = streamOf(uid);
  const moment = momentFor(context, stream);
  const { now } = moment;
  const status = resStatusOf(pdu);
  const text = pdu.status.text === undefined ? {} : { text: pdu.status.text };
  const decide = (state: MmsState): readonly MmsEvent[] => {
    const nextAttemptAt = nextAttempt(context, state, kind, number, now);
    if (kind !== 'forward') {
      return receiveReportAck(state, { report: number, pdu: evidence, status, ...text, nextAttemptAt, now });
    }
    const recipients = pdu.status.recipients?.map(({ value }) => value);
    return receiveAck(state, {
      moment,
      leg: number,
      transactionId,
      pdu: evidence,
      status,
      ...text,
      ...(recipients === undefined ? {} : { recipients }),
      ...(alias === null ? {} : { alias }),
      nextAttemptAt,
    });
  };
  const cause = { correlation: uid, causation: evidence.sha256, actor: 'smtp-in', occurredAt: now } as const;
  const recorded = await messages.transact(stream, decide, cause);
  const route = E.isRight(recorded) ? routeOf(recorded.right.state, kind, number) : undefined;
  if (route !== undefined) heard(route, [{ status: status.code }]);
  return recorded;
}

/**
 * A RES that an operator says belongs to this message: it answers the one leg that was sent and has no RES.
 *
 * @returns the message's stream, or why it cannot be
 */
export async function attachRes(
  desk: Desk,
  pdu: Res,
  evidence: PduEvidence,
  uid: string,
): Promise<E.Either<string, string>> {
  const loaded = await desk.messages.load(streamOf(uid));
  if (E.isLeft(loaded)) return E.left('the store cannot be read now, try again');
  const open = loaded.right.state.legs.filter((leg) => leg.attempts > 0 && leg.res.size === 0);
  const [leg] = open;
  if (leg === undefined || open.length > 1) return E.left('not exactly one leg of it still has no RES');
  const answered = { uid, kind: 'forward', number: leg.leg } as const;
  const recorded = await recordRes(desk, { pdu, evidence, transactionId: '', alias: null }, answered);
  return E.isLeft(recorded) ? E.left(recorded.left.message) : E.right(streamOf(uid));
}

export function legNumbered(state: MmsState, number: number): Leg | undefined {
  return state.legs[number - 1];
}

function nextAttempt(
  context: Context,
  state: MmsState,
  kind: TransactionKind,
  number: number,
  now: number,
): number {
  const account = routeOf(state, kind, number);
  const route = account === undefined ? undefined : context.routes.routes.get(account)?.route;
  const attempts =
    kind === 'forward'
      ? legNumbered(state, number)?.attempts
      : 1 + (state.reports.find(({ plan }) => plan.report === number)?.tries ?? 0);
  return route === undefined
    ? now
    : retryAt(route.retry, Math.max(1, attempts ?? 1), now, context.randomness.share());
}

/** The route that a transaction of ours went by. */
function routeOf(state: MmsState, kind: TransactionKind, number: number): string | undefined {
  return kind === 'forward'
    ? legNumbered(state, number)?.route
    : state.reports.find(({ plan }) => plan.report === number)?.plan.route;
}
