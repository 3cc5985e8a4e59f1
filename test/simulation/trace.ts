/** The last steps of a run, for whoever has to find out what went wrong. */
export interface Trace {
  note(what: string): void;
  last(count: number): readonly string[];
}

const kept = 4_000;

export function traceOf(now: () => number): Trace {
  const lines: string[] = [];
  return {
    note: (what) => {
      lines.push(`${new Date(now()).toISOString().slice(8, 23)} ${what}`);
      if (lines.length > 2 * kept) lines.splice(0, kept);
    },
    last: (count) => lines.slice(-count),
  };
}
