/**
 * A rate that is kept at every moment: the generic cell rate algorithm in its virtual scheduling form (ITU-T I.371, annex A). Whoever
 * comes early waits for a slot; slots that nobody used are kept for 0.3 s at most, which is all that ever goes in a burst.
 *
 * Over any minute no more than the rate and 0.5 % passes. Instants and durations are milliseconds, the rate is messages a second.
 */
export interface Schedule {
  readonly rate: number;
  /** When the next message would come if all came evenly (the theoretical arrival time). */
  readonly expected: number;
}

/** A schedule begins with nothing saved, and one interval before its first slot: so a restart never lets more through. */
export function beginSchedule(rate: number, now: number): Schedule {
  return { rate, expected: now + tolerance(rate) + interval(rate) };
}

/** The schedule to go on with: a new one after a change of the rate, or of a clock that was set back. */
export function currentSchedule(schedule: Schedule | null, rate: number, now: number): Schedule {
  const begun = beginSchedule(rate, now);
  return schedule?.rate === rate && schedule.expected <= begun.expected + 1 ? schedule : begun;
}

/** From when on one more may pass. */
export function opensAt({ rate, expected }: Schedule): number {
  return expected - tolerance(rate);
}

/** From when on one more may pass after so many that wait before it. */
export function opensAfter(schedule: Schedule, waiting: number, now: number): number {
  const expected = Math.max(now, schedule.expected) + waiting * interval(schedule.rate);
  return opensAt({ ...schedule, expected });
}

/** One passed at `now`, not before `opensAt`. */
export function afterPass({ rate, expected }: Schedule, now: number): Schedule {
  return { rate, expected: Math.max(now, expected) + interval(rate) };
}

/** Between two messages that come evenly. */
export function interval(rate: number): number {
  return 1_000 / rate;
}

const longestBurst = 300;

/** How much earlier than evenly a message may come. It also makes up for timers that fire late. */
function tolerance(rate: number): number {
  return Math.max(0, longestBurst - interval(rate));
}

const units = [
  ['s', 1],
  ['m', 60],
  ['h', 3_600],
] as const;

/** A rate as a configuration has it: `10/s`, `150/m`, `6/h`. */
export function rateText(rate: number): string {
  const counts = units.map(([unit, seconds]) => ({ unit, count: Number((rate * seconds).toFixed(6)) }));
  const { count, unit } = counts.find((one) => Number.isInteger(one.count)) ?? { count: rate, unit: 's' };
  return `${count}/${unit}`;
}
