import * as E from 'fp-ts/lib/Either.js';

import type { Context } from './context.ts';
import type { Messages } from './messages.ts';
import { momentFor } from './moment.ts';

/** A message that makes its worker throw so often is parked: it must not stop the others, and nobody may overlook it. */
const failuresAtMost = 3;
/** Streams whose failures are remembered. */
const remembered = 10_000;

export interface Parking {
  /** Serving this stream threw. Logged; after three times it is parked in its stream. */
  failed(stream: string, error: unknown): Promise<void>;
  /** Streams that could not even be parked: nobody serves them before the next start. */
  isBarred(stream: string): boolean;
}

export function parking(context: Context, messages: Messages): Parking {
  const failures = new Map<string, number>();
  const barred = new Set<string>();

  /** False: the store could not write it. */
  const park = async (stream: string, why: string): Promise<boolean> => {
    const moment = momentFor(context, stream);
    const parked = {
      type: 'Parked',
      failures: failuresAtMost,
      why: why.slice(0, 200),
      at: moment.now,
    } as const;
    const cause = {
      correlation: moment.uid,
      causation: 'failures',
      actor: 'engine',
      occurredAt: moment.now,
    } as const;
    const written = await messages.transact(
      stream,
      (state) => (state.hold?.kind === 'parked' ? [] : [parked]),
      cause,
    );
    return E.isRight(written);
  };

  return {
    isBarred: (stream) => barred.has(stream),
    failed: async (stream, error) => {
      const count = (failures.get(stream) ?? 0) + 1;
      failures.set(stream, count);
      if (failures.size > remembered) failures.delete(failures.keys().next().value ?? '');
      const trace = error instanceof Error ? error.stack : String(error);
      context.log.error({ stream, failures: count, error: trace }, 'serving a message failed');
      if (count < failuresAtMost) return;
      try {
        // A store that cannot write now is asked again at the next failure.
        if (!(await park(stream, error instanceof Error ? error.message : String(error)))) return;
        failures.delete(stream);
        context.log.error(
          { stream },
          'a message is parked: see "mm4 why", and release it when the cause is mended',
        );
      } catch (second) {
        // Its own history makes us fail. It stays as it is, and is left alone.
        barred.add(stream);
        context.log.error(
          { stream, error: String(second) },
          'a message could not be parked and is left alone',
        );
      }
    },
  };
}
