import { posix } from 'node:path';

import ts from 'typescript';

import { nodesOf, placeOf, type Source } from './sources.ts';

/** One module names another: imports, re-exports, types of `import('...')`, and the entry file of a worker or a child process. */
export interface Import {
  readonly from: string;
  /** Where it stands, `path:line`. */
  readonly place: string;
  readonly specifier: string;
  /** The values taken from it, types aside; null: the whole module. */
  readonly names: readonly string[] | null;
  /** Gone when the module runs. `import { type X }` is not: the file is still loaded. */
  readonly erased: boolean;
}

export function allImports(sources: readonly Source[]): readonly Import[] {
  return sources.flatMap(importsOf);
}

function importsOf({ path, tree }: Source): readonly Import[] {
  return [...nodesOf(tree)].flatMap((node) => {
    const specifier = specifierOf(node);
    if (specifier === null) return [];
    return [{ from: path, place: placeOf(node), specifier, names: namesOf(node), erased: isErased(node) }];
  });
}

export function isRelative({ specifier }: Import): boolean {
  return specifier.startsWith('.');
}

/** The path of the module a relative import means. */
export function targetOf({ from, specifier }: Import): string {
  return posix.join(posix.dirname(from), specifier);
}

/** The npm package of an import that is neither relative nor Node's own; null: it has none. */
export function packageOf(one: Import): string | null {
  if (isRelative(one) || one.specifier.startsWith('node:')) return null;
  return one.specifier
    .split('/')
    .slice(0, one.specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function specifierOf(node: ts.Node): string | null {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : null;
  if (ts.isExternalModuleReference(node)) return literal(node.expression);
  if (ts.isCallExpression(node)) return isLoading(node.expression) ? literal(node.arguments[0]) : null;
  return ts.isNewExpression(node) ? entryFileOf(node) : null;
}

function isLoading(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
  );
}

/** `new URL('worker.ts', import.meta.url)` names a module as well as an import does. */
function entryFileOf({ expression, arguments: args }: ts.NewExpression): string | null {
  const file = literal(args?.[0]);
  if (!ts.isIdentifier(expression) || expression.text !== 'URL' || file === null) return null;
  if (!file.endsWith('.ts')) return null;
  return file.startsWith('.') ? file : `./${file}`;
}

function literal(node: ts.Node | undefined): string | null {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : null;
}

function isErased(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  return ts.isImportTypeNode(node) || (ts.isExportDeclaration(node) && node.isTypeOnly);
}

function namesOf(node: ts.Node): readonly string[] | null {
  if (!ts.isImportDeclaration(node) || node.importClause?.name !== undefined) return null;
  const bindings = node.importClause?.namedBindings;
  if (bindings === undefined || !ts.isNamedImports(bindings)) return null;
  return bindings.elements
    .filter(({ isTypeOnly }) => !isTypeOnly)
    .map(({ name, propertyName }) => (propertyName ?? name).text);
}
