import * as E from 'fp-ts/lib/Either.js';
import { Counter, Histogram, type Registry } from 'prom-client';

import type { ContentStore, EventStore } from '../../domain/ports.ts';

/** From a fast disk's sync to a disk that hangs. */
const syncSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The stores, with what the engine waits for them measured, and what they fail to do counted. */
export interface StoreTimes {
  events(store: EventStore): EventStore;
  content(store: ContentStore): ContentStore;
  /** One commit of the event store carried so many appends and took so many seconds. */
  committed(appends: number, seconds: number): void;
}

export function storeTimes(registry: Registry): StoreTimes {
  const registers = [registry];
  const append = new Histogram({
    name: 'mm4_store_append_seconds',
    help: 'Until an append is answered: waiting for the commit before it, and its own',
    buckets: syncSeconds,
    registers,
  });
  const failures = new Counter({
    name: 'mm4_store_append_failures_total',
    help: 'Appends that failed: unavailable, unknown, or conflict (another append came first, which is harmless)',
    labelNames: ['reason'],
    registers,
  });
  const commitSeconds = new Histogram({
    name: 'mm4_store_commit_seconds',
    help: 'One commit with its sync',
    buckets: syncSeconds,
    registers,
  });
  const commitAppends = new Histogram({
    name: 'mm4_store_commit_appends',
    help: 'Appends that shared a commit',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
    registers,
  });
  const keep = new Histogram({
    name: 'mm4_content_keep_seconds',
    help: 'Until sealed content and its key are written and synced',
    labelNames: ['kind'],
    buckets: syncSeconds,
    registers,
  });
  const keepFailures = new Counter({
    name: 'mm4_content_keep_failures_total',
    help: 'Sealed content that could not be kept',
    labelNames: ['kind'],
    registers,
  });
  for (const reason of ['unavailable', 'unknown', 'conflict']) failures.inc({ reason }, 0);
  for (const kind of ['body', 'head']) keepFailures.inc({ kind }, 0);

  return {
    events: (store) => ({
      ...store,
      append: (stream, expected, events) => async () => {
        const stop = append.startTimer();
        const answer = await store.append(stream, expected, events)();
        stop();
        if (E.isLeft(answer)) failures.inc({ reason: answer.left.kind });
        return answer;
      },
    }),
    content: (store) => ({
      ...store,
      begin: (kind) => {
        const writer = store.begin(kind);
        return {
          ...writer,
          keep: () => async () => {
            const stop = keep.startTimer({ kind });
            const answer = await writer.keep()();
            stop();
            if (E.isLeft(answer)) keepFailures.inc({ kind });
            return answer;
          },
        };
      },
    }),
    committed: (appends, seconds) => {
      commitSeconds.observe(seconds);
      commitAppends.observe(appends);
    },
  };
}
