import * as E from 'fp-ts/lib/Either.js';

import type { ContentFailure, SendOutcome } from '../../domain/ports.ts';
import type { Context } from '../context.ts';
import { droppedSegments, retentionStream, segmentKey } from '../retention/dropped.ts';

/**
 * Content that could not be read is told in the log, since an operator has to act. What is gone though no event says that it was
 * dropped is missing on the disk: put back it can still be sent, so the attempt counts as one that the disk made impossible for now.
 */
export async function judgeContent(
  context: Context,
  stream: string,
  outcome: SendOutcome,
): Promise<SendOutcome> {
  if (outcome.kind !== 'not-sent' || outcome.content === undefined) return outcome;
  const content = await asMissing(context, outcome.content);
  context.log.error({ stream, why: content.message }, 'the content of a message cannot be read');
  return { ...outcome, content };
}

async function asMissing(context: Context, failure: ContentFailure): Promise<ContentFailure> {
  if (failure.kind !== 'erased') return failure;
  const segment = context.content.segmentOf(failure.ref);
  const recorded = await context.store.readStream(retentionStream)();
  if (segment === null || E.isLeft(recorded)) return failure;
  if (droppedSegments(recorded.right).has(segmentKey(segment))) return failure;
  return {
    kind: 'unavailable',
    message: `${failure.message}, and was not dropped: put its files back, or restore them from a backup`,
  };
}
