import type { Arrival, Books } from './books.ts';

/**
 * How often a RES or report may have gone out besides: nobody claims it, so it is repeated where nobody knows what became of it, where the
 * store could not record it, or where another incarnation is at the same stream.
 */
export function repeatsOf(
  { outcomes, lost, troubled }: Books,
  transactionId: string,
  copies: readonly Arrival[],
  streams: readonly string[],
): number {
  const unknown = (outcomes.get(transactionId) ?? []).filter(({ kind }) => kind === 'unknown').length;
  const workers = new Set(copies.map(({ worker }) => worker));
  const away = [...workers].filter((worker) => lost.has(worker)).length;
  const unrecorded = streams.reduce((sum, stream) => sum + (troubled.get(stream) ?? 0), 0);
  return unknown + Math.max(0, workers.size - 1) + away + unrecorded;
}
