import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';

import type { ConfigProblem, Path } from './problems.ts';

/** A configuration file before anything in it has a meaning: every scalar is the text that was written. */
export type Raw = string | readonly Raw[] | { readonly [key: string]: Raw };

export interface YamlFile {
  /** Null when the file is not YAML and there is nothing to go on with. */
  readonly raw: Raw | null;
  readonly problems: readonly ConfigProblem[];
  /** The line of what stands at a path, or of the nearest thing around it that exists. */
  readonly lineOf: (path: Path) => number;
}

/**
 * Parses with the failsafe schema, so that `+4477` stays a number to dial, `6.10` a version and `451` a word; the readers give
 * texts their meaning. Anchors, aliases and `<<` work.
 */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    merge: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  const problem = (offset: number, message: string): ConfigProblem => ({
    severity: 'error',
    path: '',
    line: lineAt(offset),
    message,
  });

  const doubled = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  const broken = [...document.errors, ...document.warnings].filter(({ code }) => code !== 'DUPLICATE_KEY');
  const problems = [
    ...doubled.map(({ pos }) =>
      problem(pos[0], `the key "${keyAt(text, pos[0])}" is written twice; keep one`),
    ),
    ...broken.map(({ pos, code, message }) =>
      problem(
        pos[0],
        code === 'MULTIPLE_DOCS' ? 'a second document begins here; one file is one document' : message,
      ),
    ),
    ...unknownAliases(document).map(({ source, range }) =>
      problem(range?.[0] ?? 0, `no anchor &${source} stands before this alias`),
    ),
  ];
  const readable = problems.length === doubled.length;
  return {
    // No limit to aliases: the file is the operator's own.
    raw: readable ? ((document.toJS({ maxAliasCount: -1 }) as Raw | null) ?? {}) : null,
    problems,
    lineOf: (path) => lineAt(offsetOf(document, path)),
  };
}

function keyAt(text: string, offset: number): string {
  return /^[^\s:]*/.exec(text.slice(offset, offset + 80))?.[0] ?? '';
}

function unknownAliases(document: Document) {
  const unknown: { source: string; range?: readonly [number, number, number] | null | undefined }[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) unknown.push(alias);
    },
  });
  return unknown;
}

/** Follows a path as far as it goes. The place of a map entry is its key. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
