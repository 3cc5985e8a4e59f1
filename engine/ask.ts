import * as E from 'fp-ts/lib/Either.js';

/**
 * Asks projections where their silence must not stop what is done: they may be unable to answer (their disk is full, the feed is gone)
 * while the events are well. Left: why.
 */
export async function ask<A>(question: () => Promise<A>): Promise<E.Either<string, A>> {
  try {
    return E.right(await question());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return E.left(`what waits cannot be told now: ${why}`);
  }
}
