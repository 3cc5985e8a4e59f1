import * as E from 'fp-ts/lib/Either.js';

import type { RetrySchedule } from '../../domain/partner.ts';

/** Reads a text, or says what is wrong with it and what to write. */
export type Parse<T> = (text: string) => E.Either<string, T>;

const second = 1000;
const durations: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', second],
  ['m', 60 * second],
  ['h', 3600 * second],
  ['d', 24 * 3600 * second],
]);
/** Instants stay far inside what a date can hold. */
const longest = 3650 * 24 * 3600 * second;

const sizes: ReadonlyMap<string, number> = new Map([
  ['b', 1],
  ['kb', 1000],
  ['mb', 1000 ** 2],
  ['gb', 1000 ** 3],
  ['kib', 1024],
  ['mib', 1024 ** 2],
  ['gib', 1024 ** 3],
]);

/** `500ms`, `30s`, `10m`, `72h`, `7d` to milliseconds. */
export const parseDuration: Parse<number> = (text) => {
  const value = scaled(text, durations);
  if (value === null)
    return E.left(`"${text}" is not a duration; write a number and ms, s, m, h or d, such as 30s or 72h`);
  return value <= longest ? E.right(value) : E.left(`"${text}" is longer than ten years; write less`);
};

/** `300KiB`, `2GiB`, `1MB` to octets. */
export const parseSize: Parse<number> = (text) => {
  const value = scaled(text.toLowerCase(), sizes);
  return value !== null && Number.isSafeInteger(value)
    ? E.right(value)
    : E.left(`"${text}" is not a size; write a number and B, KiB, MiB, GiB, KB, MB or GB, such as 300KiB`);
};

/** `50/s`, `10/m` to messages a second; empty: null, no limit. */
export const parseRate: Parse<number | null> = (text) => {
  if (text === '') return E.right(null);
  const [, count = '', unit = ''] = /^([1-9]\d{0,8})\/([smh])$/.exec(text) ?? [];
  return count === ''
    ? E.left(`"${text}" is not a rate; write a number and /s, /m or /h, such as 50/s, or "" for no limit`)
    : E.right((Number(count) * second) / (durations.get(unit) ?? second));
};

/** `1m, 2m, 5m*3, 1h*`: waits between attempts; `*3` three times, the last one's `*` until the deadline. */
export const parseRetry: Parse<RetrySchedule> = (text) => {
  const steps = text.split(',').map((step) => step.trim());
  const waits: number[] = [];
  for (const [at, step] of steps.entries()) {
    const last = at === steps.length - 1;
    const [, duration = '', star = '', times = ''] = /^([^*]+)(\*?)(\d{0,3})$/.exec(step) ?? [];
    const wait = parseDuration(duration);
    if (E.isLeft(wait) || wait.right === 0 || times === '0') {
      return E.left(`"${step}" is not a wait; write such as "1m, 2m, 5m*3, 1h*"`);
    }
    if (last !== (star === '*' && times === '')) {
      return E.left(
        last
          ? `"${step}" must repeat until the deadline; write "${duration}*"`
          : `"${step}" repeats for ever and hides what follows; write how often, such as "${duration}*3"`,
      );
    }
    for (let n = 0; n < Number(times === '' ? 1 : times); n++) waits.push(wait.right);
  }
  return E.right({ waits });
};

function scaled(text: string, units: ReadonlyMap<string, number>): number | null {
  const [, count = '', unit = ''] = /^(\d{1,15})([a-z]*)$/.exec(text) ?? [];
  if (count !== '' && Number(count) === 0 && unit === '') return 0;
  const scale = units.get(unit);
  return count === '' || scale === undefined ? null : Number(count) * scale;
}
