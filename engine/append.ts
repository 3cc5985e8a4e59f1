import * as E from 'fp-ts/lib/Either.js';

import type { AppendFailure, Appended, Expected, NewEvent } from '../domain/ports.ts';
import type { Context } from './context.ts';

const repeats = 5;
const pause = 200;

/**
 * Appends a sealed batch and does not settle for "unknown": the identical batch is repeated until the answer is known, a few
 * times. An `unknown` that is left after that stands.
 */
export async function appendSurely(
  context: Context,
  stream: string,
  expected: Expected,
  events: readonly NewEvent[],
): Promise<E.Either<AppendFailure, Appended>> {
  const append = context.store.append(stream, expected, events);
  let answer = await append();
  for (let repeat = 0; repeat < repeats && isUnknown(answer); repeat += 1) {
    await sleep(context, pause);
    answer = await append();
  }
  return answer;
}

function isUnknown(answer: E.Either<AppendFailure, Appended>): boolean {
  return E.isLeft(answer) && answer.left.kind === 'unknown';
}

export function sleep(context: Pick<Context, 'timers'>, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    context.timers.after(milliseconds, resolve);
  });
}
