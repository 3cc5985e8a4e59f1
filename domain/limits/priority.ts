import type { Flags } from '../mm4/pdu.ts';

/** X-Mms-Priority, the most urgent first. */
export const priorities = ['High', 'Normal', 'Low'] as const satisfies readonly Flags['priority'][];

/** How often each class was passed over while it waited, since it was last served. */
export type PassedOver = readonly number[];

export const nobodyPassedOver: PassedOver = [];

/**
 * Which of up to three classes is served next: the first that waits, except that none is passed over for ever. Of any eight in a row at
 * least one goes to each class that waits all the while.
 *
 * @param waiting whether somebody waits in each class, the most urgent first
 * @returns the class, and what to ask with next time; null: nobody waits
 */
export function nextClass(
  waiting: readonly boolean[],
  passedOver: PassedOver,
): { readonly served: number; readonly passedOver: PassedOver } | null {
  const first = waiting.indexOf(true);
  if (first < 0) return null;
  const times = (at: number): number => passedOver[at] ?? 0;
  const impatient = waiting.findLastIndex((waits, at) => waits && times(at) >= patience(at));
  const served = Math.max(first, impatient);
  return {
    served,
    passedOver: waiting.map((waits, at) => (waits && at !== served ? times(at) + 1 : 0)),
  };
}

/** Six times for the second class and seven for the third: when both have lost patience, the second is still in time. */
function patience(at: number): number {
  return 5 + at;
}
