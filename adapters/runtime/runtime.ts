import { randomBytes, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';

import type { Clock, Randomness, Timers } from '../../domain/ports.ts';

/** The real time. */
export const systemClock: Clock = { now: () => Date.now() };

/** Timers of the event loop. They do not keep a stopping process alive. */
export const systemTimers: Timers = {
  after: (milliseconds, callback) => {
    // A longer delay than 2^31-1 ms would fire at once; whoever waits so long looks again then anyway.
    const timer = setTimeout(callback, Math.min(milliseconds, 2 ** 31 - 1));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** One call to the system's source serves many nonces; no octet of it is given out twice. */
let pool = Buffer.alloc(0);

function randomOctets(count: number): Buffer {
  if (pool.length < count) pool = randomBytes(Math.max(count, 4_096));
  const octets = pool.subarray(0, count);
  pool = pool.subarray(count);
  return octets;
}

/** Cryptographic chance: transaction ids must not be guessable. */
export const systemRandomness: Randomness = {
  nonce: (characters) => {
    let text = '';
    for (const byte of randomOctets(characters)) text += alphabet.charAt(byte & 31);
    return text;
  },
  uuid: () => randomUUID(),
  share: () => randomInt(2 ** 32) / 2 ** 32,
};

/** Compares passwords without telling by the time how much of one was right. */
export function samePassword(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  const padded = Buffer.alloc(other.length);
  one.copy(padded);
  return timingSafeEqual(padded, other) && one.length === other.length;
}
