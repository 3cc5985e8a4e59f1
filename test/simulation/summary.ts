import { kindOf, likelihood, type Fault } from './faults.ts';
import type { Outcome } from './world.ts';

/** What many runs came to. */
export interface Summary {
  readonly seeds: number;
  readonly failed: readonly number[];
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  /** What people did: `message`, `submission`, `operator`. */
  readonly acts: Readonly<Record<string, number>>;
  readonly crashes: number;
  readonly freezes: number;
  readonly pdusIn: number;
  readonly pdusOut: number;
  readonly events: number;
}

export const noRuns: Summary = {
  seeds: 0,
  failed: [],
  faults: {},
  acts: {},
  crashes: 0,
  freezes: 0,
  pdusIn: 0,
  pdusOut: 0,
  events: 0,
};

export function withRun(summary: Summary, outcome: Outcome): Summary {
  const faults = { ...summary.faults };
  for (const [fault, count] of outcome.faults) faults[fault] = (faults[fault] ?? 0) + count;
  const acts = { ...summary.acts };
  for (const what of outcome.happened.map(kindOf)) {
    if (!(what in likelihood)) acts[what] = (acts[what] ?? 0) + 1;
  }
  return {
    seeds: summary.seeds + 1,
    failed: outcome.problems.length === 0 ? summary.failed : [...summary.failed, outcome.seed],
    faults,
    acts,
    crashes: summary.crashes + outcome.crashes,
    freezes: summary.freezes + outcome.freezes,
    pdusIn: summary.pdusIn + outcome.pdusIn,
    pdusOut: summary.pdusOut + outcome.pdusOut,
    events: summary.events + outcome.events,
  };
}
