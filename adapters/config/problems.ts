/** What is wrong in a configuration file, for the person who has to correct it. */
export interface ConfigProblem {
  /** A warning does not stop the start. */
  readonly severity: 'error' | 'warning';
  /** For example `partners[0].routes[1].retry`; empty for the file as a whole. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** What is wrong, and what to write instead. */
  readonly message: string;
}

/** Where a value stands: map keys and list indices from the top. */
export type Path = readonly (string | number)[];

export type Report = (path: Path, message: string, severity?: ConfigProblem['severity']) => void;

export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, step) => text + (typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`),
    '',
  );
}

/** One line a problem, in the order of the file, as editors and terminals make them clickable. */
export function formatProblems(problems: readonly ConfigProblem[], fileName = 'configuration'): string {
  return problems
    .toSorted((a, b) => a.line - b.line)
    .map(({ severity, path, line, message }) =>
      [`${fileName}:${line}`, severity, ...(path === '' ? [] : [path]), message].join(': '),
    )
    .join('\n');
}

/** `; did you mean "retry"?` when one of the words is close to what was written, else the words. */
export function suggestion(written: string, words: readonly string[]): string {
  const near = words
    .map((word) => ({ word, distance: editDistance(written.toLowerCase(), word.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
    .find(({ word, distance }) => distance * 2 < Math.max(word.length, written.length));
  if (near !== undefined) return `; did you mean "${near.word}"?`;
  return words.length === 0 ? '; leave it out' : `; write one of: ${words.join(', ')}`;
}

/** Characters to insert, drop or exchange to get from one word to the other. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, inA] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, inB] of Array.from(b).entries()) {
      const exchange = (row[j] ?? 0) + (inA === inB ? 0 : 1);
      next.push(Math.min(exchange, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
