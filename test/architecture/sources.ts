import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

/** A module as the rules see it: its path from the root of the repository, and its syntax tree. */
export interface Source {
  readonly path: string;
  readonly tree: ts.SourceFile;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
/** What `.gitignore` names is not the project's. */
const foreign = new Set(['.git', 'node_modules', 'data']);

/** Every file of the project, as paths from its root. */
export function projectFiles(folder = ''): readonly string[] {
  return readdirSync(root + folder, { withFileTypes: true })
    .filter(({ name }) => !foreign.has(name) && !name.endsWith('.log'))
    .flatMap((entry) => {
      const path = folder + entry.name;
      return entry.isDirectory() ? projectFiles(`${path}/`) : [path];
    });
}

export function textOf(path: string): string {
  return readFileSync(root + path, 'utf8');
}

/** Every module of the project. */
export function projectSources(): readonly Source[] {
  return projectFiles()
    .filter((path) => /\.[jt]s$/.test(path))
    .map((path) => sourceOf(path, textOf(path)));
}

export function sourceOf(path: string, text: string): Source {
  return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
}

/** The node and all below it. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* nodesOf(child);
}

/** `path:line` of a node, as editors and terminals understand it. */
export function placeOf(node: ts.Node): string {
  const tree = node.getSourceFile();
  const { line } = tree.getLineAndCharacterOfPosition(node.getStart(tree));
  return `${tree.fileName}:${line + 1}`;
}

/** The four parts that make the engine; everything else serves to test, measure or check it. */
export function isProduct(path: string): boolean {
  return /^(domain|engine|projections|adapters)\//.test(path);
}

/** The part that reaches the outside only through ports. */
export function isPure(path: string): boolean {
  return /^(domain|engine|projections)\//.test(path);
}
