import { collectDefaultMetrics, Registry } from 'prom-client';

import type { Meters } from '../../engine/meters.ts';
import type { Reception } from '../../engine/reception.ts';
import { counts } from './counts.ts';
import { readings, type Sources } from './readings.ts';
import { countedReception } from './smtp-replies.ts';
import { storeTimes, type StoreTimes } from './stores.ts';

/** Everything that Prometheus is told: counters that the engine and its wrapped ports feed, and gauges read when it asks. */
export interface Metrics {
  readonly meters: Meters;
  readonly stores: StoreTimes;
  readonly countReplies: (reception: Reception) => Reception;
  /** From now on the gauges are read from these as well. Once. */
  follow(sources: Sources): void;
  /** What `GET /metrics` answers. */
  text(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** All metrics, with the process's memory, CPU and event loop delay (`mm4_process_...`, `mm4_nodejs_...`), in a registry of their own. */
export function openMetrics(registry = new Registry()): Metrics {
  collectDefaultMetrics({ register: registry, prefix: 'mm4_' });
  const counted = counts(registry);
  let read: () => Promise<void> = () => Promise.resolve();
  return {
    meters: counted.meters,
    stores: storeTimes(registry),
    countReplies: countedReception(registry),
    follow: (sources) => {
      read = readings(registry, counted, sources);
    },
    text: async () => {
      await read();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
