import ts from 'typescript';

import { nodesOf, placeOf, type Source } from './sources.ts';

/** What the language itself brings and what answers alike at every time and on every machine. */
const pureGlobals = new Set(
  `undefined NaN Infinity isNaN isFinite parseInt parseFloat encodeURIComponent decodeURIComponent structuredClone
  Object Array String Number BigInt Boolean Symbol RegExp JSON Map Set WeakMap WeakSet Promise
  Error TypeError RangeError SyntaxError AggregateError URL URLSearchParams AbortController
  ArrayBuffer DataView Uint8Array Uint16Array Uint32Array Buffer TextDecoder TextEncoder`.split(/\s+/),
);

/** Of these only the named members are pure. */
const pureMembers: Readonly<Record<string, (member: string) => boolean>> = {
  Date: (member) => member === 'UTC' || member === 'parse',
  Math: (member) => member !== 'random',
};

/**
 * Whatever in these modules reaches clock, timers, randomness, network or process by itself: every name that no declaration or
 * import of its module explains must be one of the pure globals. So what nobody thought of is found too.
 */
export function impurities(sources: readonly Source[]): readonly string[] {
  const checker = checkerOf(sources);
  return sources.flatMap(({ tree }) =>
    [...nodesOf(tree)].flatMap((node) => {
      const used = impureUse(node, checker);
      return used === null ? [] : [`${placeOf(node)}: ${used} is reached through a port`];
    }),
  );
}

/** Knows what each name means within its module, and nothing beyond it: no library, no other file. */
function checkerOf(sources: readonly Source[]): ts.TypeChecker {
  const trees = new Map(sources.map(({ path, tree }) => [path, tree]));
  const host: ts.CompilerHost = {
    getSourceFile: (path) => trees.get(path),
    getDefaultLibFileName: () => '',
    getCurrentDirectory: () => '',
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (path) => trees.has(path),
    readFile: (path) => trees.get(path)?.text,
    writeFile: () => undefined,
  };
  const alone: ts.CompilerOptions = {
    noLib: true,
    noResolve: true,
    types: [],
    target: ts.ScriptTarget.Latest,
    moduleDetection: ts.ModuleDetectionKind.Force,
  };
  return ts.createProgram([...trees.keys()], alone, host).getTypeChecker();
}

function impureUse(node: ts.Node, checker: ts.TypeChecker): string | null {
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) return 'import.meta';
  if (node.kind === ts.SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent)) return 'import()';
  if (!ts.isIdentifier(node) || !isValue(node) || isDeclared(node, checker)) return null;
  return isPureUse(node) ? null : `${node.text}${memberOf(node, '.')}`;
}

/** A name that stands for a value here, and is not the name of a property, a declaration or a type. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false;
  if ('name' in parent && parent.name === node) return false;
  if ('propertyName' in parent && parent.propertyName === node) return false;
  return !ts.isPartOfTypeNode(node) && !ts.isQualifiedName(parent) && !isLabel(parent);
}

function isLabel(parent: ts.Node): boolean {
  return ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent);
}

function isDeclared(node: ts.Identifier, checker: ts.TypeChecker): boolean {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node);
  return symbol?.declarations !== undefined && symbol.declarations.length > 0;
}

function isPureUse(node: ts.Identifier): boolean {
  if (node.text === 'Date' && isDateOfInstant(node.parent)) return true;
  const members = pureMembers[node.text];
  return members === undefined ? pureGlobals.has(node.text) : members(memberOf(node) || 'random');
}

/** `new Date(instant)` only gives form to an instant that is known; without it the clock is asked, with more the time zone. */
function isDateOfInstant(parent: ts.Node): boolean {
  const [instant, ...more] = ts.isNewExpression(parent) ? (parent.arguments ?? []) : [];
  return instant !== undefined && !ts.isSpreadElement(instant) && more.length === 0;
}

function memberOf({ parent }: ts.Identifier, prefix = ''): string {
  return ts.isPropertyAccessExpression(parent) ? prefix + parent.name.text : '';
}
