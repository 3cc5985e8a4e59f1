import * as E from 'fp-ts/lib/Either.js';

import { notified } from '../../domain/mms/decide/handset.ts';
import { due } from '../../domain/mms/due.ts';
import { intakeOf, recipientOf, type MmsState } from '../../domain/mms/state.ts';
import type { HandsetNotice } from '../../domain/ports.ts';
import { sleep } from '../append.ts';
import type { Context } from '../context.ts';
import type { Messages } from '../messages.ts';
import { momentFor } from '../moment.ts';
import type { WorkQueue } from './queue.ts';

/** A gateway that could not take a notice is asked again after so many ms; messages get no events for that. */
const pause = 5_000;

/** Tells the handset gateway about messages for own subscribers, one after the other. Telling twice does no harm, so there is no claim. */
export async function notifyLane(context: Context, messages: Messages, queue: WorkQueue): Promise<void> {
  for (;;) {
    const stream = await queue.take();
    if (stream === null) return;
    const done = await notifyAll(context, messages, stream).catch((error: unknown) => {
      context.log.error({ stream, error: String(error) }, 'telling a handset gateway failed');
      return false;
    });
    if (!done) await sleep(context, pause);
    queue.done(stream);
  }
}

/** False: the gateway or the store cannot now. */
async function notifyAll(context: Context, messages: Messages, stream: string): Promise<boolean> {
  const loaded = await messages.load(stream);
  if (E.isLeft(loaded)) return false;
  const { state } = loaded.right;
  const moment = momentFor(context, stream);
  for (const item of due(state)) {
    if (item.do !== 'notify' || item.at > moment.now) continue;
    const told = await context.gateway.notify(noticeOf(state, item.recipient, moment.uid))();
    if (E.isLeft(told)) {
      context.log.warn({ stream, why: told.left.message }, 'the handset gateway takes no notices now');
      return false;
    }
    const recorded = await messages.transact(
      stream,
      (current) => notified(current, item.recipient, context.gateway.name),
      { correlation: moment.uid, causation: 'notify', actor: 'worker', occurredAt: moment.now },
    );
    if (E.isLeft(recorded)) return false;
  }
  return true;
}

function noticeOf(state: MmsState, number: string, uid: string): HandsetNotice {
  const intake = intakeOf(state, recipientOf(state, number));
  return {
    number,
    uid,
    from: intake.flags.senderVisibility === 'Hide' ? null : intake.sender.address,
    size: intake.size.decoded,
    expiresAt: intake.expiresAt,
  };
}
