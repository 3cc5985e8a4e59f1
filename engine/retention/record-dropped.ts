import * as E from 'fp-ts/lib/Either.js';

import { hashOf } from '../../domain/chain.ts';
import type { Segment } from '../../domain/ports.ts';
import { appendSurely } from '../append.ts';
import { emptyTip, sealBatch, type Draft } from '../batch.ts';
import type { Context } from '../context.ts';
import { droppedSegments, retentionStream, segmentKey } from './dropped.ts';

/** Records that these segments are dropped, those that were recorded before left out. Left: the store does not take it. */
export async function recordDropped(
  context: Context,
  segments: readonly Segment[],
): Promise<E.Either<{ readonly message: string }, void>> {
  const read = await context.store.readStream(retentionStream)();
  if (E.isLeft(read)) return read;
  const recorded = droppedSegments(read.right);
  const drafts = segments
    .filter((segment) => !recorded.has(segmentKey(segment)))
    .map((segment): Draft => ({
      type: 'SegmentDropped',
      version: 1,
      data: JSON.stringify({ segment }),
    }));
  if (drafts.length === 0) return E.right(undefined);
  const last = read.right.at(-1);
  const tip =
    last === undefined ? emptyTip(retentionStream) : { revision: last.revision, hash: hashOf(last.metadata) };
  const cause = {
    correlation: retentionStream,
    causation: 'retention',
    actor: 'engine',
    occurredAt: context.clock.now(),
  } as const;
  const batch = sealBatch(context, retentionStream, tip, drafts, cause, null);
  const appended = await appendSurely(context, retentionStream, tip.revision, batch.events);
  if (E.isRight(appended)) return E.right(undefined);
  const { left } = appended;
  return E.left({ message: left.kind === 'conflict' ? 'another engine writes to this store' : left.message });
}
