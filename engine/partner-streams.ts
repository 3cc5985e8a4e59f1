import * as E from 'fp-ts/lib/Either.js';

import { hashOf } from '../domain/chain.ts';
import type { SessionFailure } from '../domain/ports.ts';
import { appendSurely } from './append.ts';
import { emptyTip, sealBatch, type Tip } from './batch.ts';
import type { Context } from './context.ts';
import type { Hand } from './operator/operator.ts';

/** Stream `partner-<name>`: whoever reads only the store knows why a message waits. */
export type PartnerEvent =
  | {
      readonly type: 'RouteDown';
      readonly route: string;
      readonly at: SessionFailure['at'];
      readonly why: string;
      readonly credentials: boolean;
    }
  | { readonly type: 'RouteUp'; readonly route: string }
  | ({ readonly type: 'Paused'; readonly until: number | null } & Hand)
  | ({ readonly type: 'Resumed' } & Hand)
  | ({ readonly type: 'Slowed'; readonly route: string; readonly until: number } & Hand)
  | ({ readonly type: 'Alarm'; readonly route: string } & Hand);

export const partnerStream = (partner: string): string => `partner-${partner}`;

/**
 * Appends one event to a stream that has no state to decide on. Tried again after a conflict; a store that cannot write now is
 * logged, and the answer is false.
 */
export async function note(
  context: Context,
  stream: string,
  event: { readonly type: string },
  tips: Map<string, Tip>,
): Promise<boolean> {
  const { type, ...data } = event;
  let why = 'others wrote there at the same time, again and again';
  for (let conflicts = 0; conflicts < 8; conflicts += 1) {
    const tip = tips.get(stream) ?? (await tipOf(context, stream));
    if (tip === null) {
      why = 'what stands there cannot be read';
      break;
    }
    const cause = {
      correlation: stream,
      causation: type,
      actor: 'engine',
      occurredAt: context.clock.now(),
    } as const;
    const batch = sealBatch(
      context,
      stream,
      tip,
      [{ type, version: 1, data: JSON.stringify(data) }],
      cause,
      null,
    );
    const appended = await appendSurely(context, stream, tip.revision, batch.events);
    if (E.isRight(appended)) {
      tips.set(stream, batch.tip);
      context.meters.noted(stream, type);
      return true;
    }
    tips.delete(stream);
    if (appended.left.kind !== 'conflict') {
      why = appended.left.message;
      break;
    }
  }
  context.log.error({ stream, event: type, why }, 'could not be recorded: the store does not take it');
  return false;
}

async function tipOf(context: Context, stream: string): Promise<Tip | null> {
  const read = await context.store.readStream(stream)();
  if (E.isLeft(read)) return null;
  const last = read.right.at(-1);
  return last === undefined ? emptyTip(stream) : { revision: last.revision, hash: hashOf(last.metadata) };
}
