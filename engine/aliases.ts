import * as E from 'fp-ts/lib/Either.js';

import { aliasStream } from '../domain/mms/ids.ts';
import type { StoreUnavailable } from '../domain/ports.ts';
import { appendSurely } from './append.ts';
import { emptyTip, sealBatch } from './batch.ts';
import type { Context } from './context.ts';

/**
 * A partner's own id for a message points home from a stream of one event. It is written before the RES that brought it is
 * recorded; writing it twice finds it there already.
 */
export async function learnAlias(
  context: Context,
  partner: string,
  id: string,
  home: string,
): Promise<E.Either<StoreUnavailable, void>> {
  const stream = aliasStream(partner, id);
  const data = JSON.stringify({ partner, id, home });
  const cause = {
    correlation: home,
    causation: id,
    actor: 'smtp-in',
    occurredAt: context.clock.now(),
  } as const;
  const batch = sealBatch(
    context,
    stream,
    emptyTip(stream),
    [{ type: 'AliasLearned', version: 1, data }],
    cause,
    null,
  );
  const appended = await appendSurely(context, stream, 'no-stream', batch.events);
  return E.isLeft(appended) && appended.left.kind !== 'conflict'
    ? E.left({ kind: 'unavailable', message: appended.left.message })
    : E.right(undefined);
}

/** The stream a partner's own id leads to; null: it leads nowhere. */
export async function homeOfAlias(
  context: Context,
  partner: string,
  id: string,
): Promise<E.Either<StoreUnavailable, string | null>> {
  const read = await context.store.readStream(aliasStream(partner, id))();
  if (E.isLeft(read)) return read;
  const [learned] = read.right;
  return E.right(learned === undefined ? null : (JSON.parse(learned.data) as { home: string }).home);
}
