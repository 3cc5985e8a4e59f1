import * as E from 'fp-ts/lib/Either.js';

import type { Context } from './context.ts';
import { dropOldContent } from './retention/content.ts';
import { forgetEnded } from './retention/streams.ts';

/** A minute, so that the start is not held up; then every hour. */
export const firstLook = 60_000;
export const lookEvery = 3_600_000;

/** Removes, now and then, what the configuration does not want kept any longer: `content` and `retention`. */
export function retention(context: Context): { stop(): Promise<void> } {
  let stopped = false;
  let looking = Promise.resolve();
  const look = (): void => {
    looking = removeOld(context, () => stopped)
      .catch((error: unknown) => context.log.error({ error: String(error) }, unable))
      .then(() => {
        if (!stopped) cancel = context.timers.after(lookEvery, look);
      });
  };
  let cancel = context.timers.after(firstLook, look);
  return {
    stop: () => {
      stopped = true;
      cancel();
      return looking;
    },
  };
}

const unable = 'what is old could not be removed; trying again in an hour';

/** One look at everything. A problem with one thing does not keep the others. */
async function removeOld(context: Context, isStopped: () => boolean): Promise<void> {
  const dropped = await dropOldContent(context);
  if (E.isLeft(dropped)) context.log.error({ error: dropped.left.message }, unable);
  const { messages, orphans } = context.configuration.retention;
  for (const [kind, age] of [
    ['mms', messages],
    ['orphan', orphans],
    ['refused', orphans],
  ] as const) {
    const removed = await forgetEnded(context, kind, context.clock.now() - age, isStopped);
    if (E.isLeft(removed)) context.log.error({ kind, error: removed.left.message }, unable);
    else if (removed.right > 0)
      context.log.info({ kind, streams: removed.right }, 'old streams were removed');
  }
}
