/** One line of an SMTP dialogue, content and passwords left out. */
export interface TraceLine {
  /** ISO 8601. */
  readonly at: string;
  readonly partner: string;
  /** `in`: the partner connected to us; `out`: we to it, for `route`. */
  readonly direction: 'in' | 'out';
  readonly route?: string;
  readonly connection: string;
  readonly from: 'us' | 'peer';
  readonly text: string;
}

/** Whoever follows a partner hears its SMTP dialogues as they happen. While nobody does, they cost nothing. */
export interface TraceHub {
  isHeard(): boolean;
  tell(line: Omit<TraceLine, 'at'>): void;
  /** The answer ends it. */
  follow(partner: string, onLine: (line: TraceLine) => void): () => void;
}

export function traceHub(): TraceHub {
  const listeners = new Map<
    symbol,
    { readonly partner: string; readonly onLine: (line: TraceLine) => void }
  >();
  return {
    isHeard: () => listeners.size > 0,
    tell: (line) => {
      const at = new Date().toISOString();
      for (const { partner, onLine } of listeners.values())
        if (partner === line.partner) onLine({ at, ...line });
    },
    follow: (partner, onLine) => {
      const key = Symbol(partner);
      listeners.set(key, { partner, onLine });
      return () => listeners.delete(key);
    },
  };
}
