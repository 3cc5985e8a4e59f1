import type { Lane, MailSession } from '../../domain/ports.ts';
import type { Permit } from '../limits/pace.ts';
import type { Parking } from '../parking.ts';
import type { Line } from './line.ts';
import type { WorkQueue } from './queue.ts';

/** Does what one stream owes on this line, with a session in hand. The permit is used up only by what really leaves. */
export type Perform = (stream: string, session: MailSession, permit: Permit) => Promise<void>;

/** What has to be open, besides the line, before work is taken. */
export interface Gate {
  /** A paused partner's is not. */
  isOpen(): boolean;
  /** Settles when it is open, or everything stops. */
  whenOpen(): Promise<void>;
  /** The right to send one; null: everything stops. */
  permit(): Promise<Permit | null>;
}

/**
 * One connection's worth of work: take a stream, get a session, do it, again. Nobody takes work while the line is down or the gate
 * shut, so the waiting messages are not even looked at.
 */
export async function workLane(
  line: Line,
  lane: Lane,
  queue: WorkQueue,
  gate: Gate,
  parking: Parking,
  perform: Perform,
): Promise<void> {
  for (;;) {
    await line.whenUp();
    await gate.whenOpen();
    const permit = await gate.permit();
    const stream = await queue.take();
    if (stream === null || permit === null) return;
    const session = gate.isOpen() ? await line.session(lane) : null;
    if (session === null) {
      permit.giveBack();
      queue.putBack(stream);
      continue;
    }
    if (!parking.isBarred(stream)) {
      await perform(stream, session, permit).catch((error: unknown) => parking.failed(stream, error));
    }
    line.giveBack(lane, session);
    permit.giveBack();
    queue.done(stream);
  }
}
