import type { RetrySchedule } from './partner.ts';

/** Waits are spread by this share to both sides, so that what failed together does not come back together. */
const spread = 0.2;

/**
 * When to try again (protocol reference, section 5.5), in milliseconds since 1970 UTC.
 *
 * @param attempt the attempt that has just failed, counted from 1; beyond the end of the schedule its last wait repeats
 * @param jitter from 0 to 1, drawn by the caller: 0 makes the wait 20 % shorter, 1 makes it 20 % longer
 * @throws RangeError for an empty schedule or an attempt below 1, which are programmer's mistakes
 */
export function retryAt(schedule: RetrySchedule, attempt: number, now: number, jitter: number): number {
  const wait = schedule.waits[Math.min(attempt, schedule.waits.length) - 1];
  if (wait === undefined) throw new RangeError(`no wait after attempt ${attempt} in this retry schedule`);
  return now + Math.round(wait * (1 - spread + 2 * spread * jitter));
}
