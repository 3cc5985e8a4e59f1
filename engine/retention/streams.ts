import * as E from 'fp-ts/lib/Either.js';

import { decodeMetadata } from '../../domain/mms/codec.ts';
import type { AckReceived } from '../../domain/mms/events.ts';
import { aliasStream } from '../../domain/mms/ids.ts';
import type { AppendFailure, StoredEvent, StoreUnavailable } from '../../domain/ports.ts';
import type { Context } from '../context.ts';

type Forgotten = E.Either<StoreUnavailable | AppendFailure, boolean>;

const pageSize = 100;

/** Removes the streams of a kind that have been over since before that instant; the number removed. */
export async function forgetEnded(
  context: Context,
  kind: 'mms' | 'orphan' | 'refused',
  before: number,
  isStopped: () => boolean,
): Promise<E.Either<{ readonly message: string }, number>> {
  let removed = 0;
  while (!isStopped()) {
    await context.openWork.whenCaughtUp();
    const page = await context.ends.endedBefore(kind, before, pageSize);
    const results = await Promise.all(page.map((stream) => forgetStream(context, stream, before)));
    for (const result of results) {
      if (E.isRight(result)) removed += result.right ? 1 : 0;
      else if (result.left.kind !== 'conflict') return E.left(result.left);
    }
    // Without any progress the same page would come again.
    if (page.length < pageSize || !results.some((result) => E.isRight(result) && result.right)) break;
  }
  return E.right(removed);
}

/**
 * Removes one stream, with the aliases that lead to it, if it still is as it was when it was over. The aliases go first: after a
 * crash in between, the message is still there to lead to them.
 */
async function forgetStream(context: Context, stream: string, before: number): Promise<Forgotten> {
  const read = await context.store.readStream(stream)();
  if (E.isLeft(read)) return read;
  const last = read.right.at(-1);
  if (last === undefined || !isOver(last, before)) return E.right(false);
  for (const alias of aliasesIn(read.right)) {
    const gone = await forgetAlias(context, alias, stream);
    if (E.isLeft(gone)) return gone;
  }
  return E.map(() => true)(await context.store.forget(stream, last.revision)());
}

function isOver(last: StoredEvent, before: number): boolean {
  const { owed, recordedAt } = decodeMetadata(last);
  return owed?.length === 0 && recordedAt < before;
}

/** Names of the alias streams that partners' RES to this message may have made. */
function aliasesIn(events: readonly StoredEvent[]): readonly string[] {
  return events
    .filter(({ type }) => type === 'AckReceived')
    .map(({ data }) => JSON.parse(data) as AckReceived)
    .flatMap(({ alias, pdu }) => (alias === undefined ? [] : [aliasStream(pdu.from.partner, alias)]));
}

/** An alias that was another message's before leads there, and stays. */
async function forgetAlias(context: Context, alias: string, home: string): Promise<Forgotten> {
  const read = await context.store.readStream(alias)();
  if (E.isLeft(read)) return read;
  const [learned] = read.right;
  if (learned === undefined || (JSON.parse(learned.data) as { readonly home: string }).home !== home) {
    return E.right(false);
  }
  return E.map(() => true)(await context.store.forget(alias, read.right.length - 1)());
}
