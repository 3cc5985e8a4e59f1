import type { Lane, MailSession } from '../../domain/ports.ts';
import type { Context } from '../context.ts';
import type { Line } from './line.ts';
import type { WorkQueue } from './queue.ts';

/** Does what one stream owes on this line, with a session in hand. */
export type Perform = (stream: string, session: MailSession) => Promise<void>;

/**
 * One connection's worth of work: take a stream, get a session, do it, again. Nobody takes work while the line is down, so the
 * waiting messages are not even looked at.
 */
export async function workLane(
  context: Context,
  line: Line,
  lane: Lane,
  queue: WorkQueue,
  perform: Perform,
): Promise<void> {
  for (;;) {
    await line.whenUp();
    const stream = await queue.take();
    if (stream === null) return;
    const session = await line.session(lane);
    if (session !== null) {
      await performSafely(context, stream, line, session, perform);
      line.giveBack(lane, session);
    }
    queue.done(stream);
  }
}

/** A message that makes its worker throw is logged and stops nobody; what it owes stays owed. */
async function performSafely(
  context: Context,
  stream: string,
  line: Line,
  session: MailSession,
  perform: Perform,
): Promise<void> {
  try {
    await perform(stream, session);
  } catch (error) {
    const trace = error instanceof Error ? error.stack : String(error);
    context.log.error({ stream, route: line.route.account, error: trace }, 'serving a message failed');
  }
}
