import ts from 'typescript';

import { isProduct, nodesOf, placeOf, type Source } from '../architecture/sources.ts';

/** An error as the sources word it, `…` for what is filled in. */
export interface ErrorMessage {
  readonly text: string;
  /** `path:line` */
  readonly place: string;
}

/** Functions that make an error, a warning, a refusal or a damage of the text they are given. */
const makers = new Set(
  (
    'left problem report notYet unchanged unreadable unavailable damaged erased broken break refusal refusedByUs denied reply ' +
    'notSent until onTimeout brokenFile staysOrphan'
  ).split(' '),
);
/** Keys under which the text of one stands in a record; of two only beside others. */
const keys = new Set('message error unchanged orphan broken why text what'.split(' '));
const beside: Readonly<Record<string, RegExp>> = { text: /^(code|status|by)$/, what: /^place$/ };
/** Commands and schemas explain under these; no error is among that. */
const explanations = new Set('details description example examples summary usage'.split(' '));

/**
 * Every error that the product can print: what is thrown, what is the left of an `Either`, what the log warns of, what stands for an error
 * in a record, what a maker is given, and the problem that a variable of this name holds. Stores for tests and schemas with their examples
 * are left out.
 */
export function errorMessages(sources: readonly Source[]): readonly ErrorMessage[] {
  const product = sources.filter(({ path }) => isProduct(path) && !/-memory\/|schemas\.ts$/.test(path));
  const classes = errorClasses(product);
  return product
    .flatMap(({ tree }) => [...worthReading(tree)])
    .flatMap((node) => saidBy(node, classes))
    .flatMap((said) => textsOf(said).map((text) => ({ text: firstLine(text), place: placeOf(said) })))
    .filter(({ text }) => isSentence(text));
}

/** `Error`, and every class that extends it at whatever remove. */
function errorClasses(sources: readonly Source[]): ReadonlySet<string> {
  const known = new Set(['Error']);
  const classes = sources.flatMap(({ tree }) => [...nodesOf(tree)].filter(ts.isClassDeclaration));
  for (let before = 0; before < known.size;) {
    before = known.size;
    for (const one of classes)
      if (known.has(parentOf(one)) && one.name !== undefined) known.add(one.name.text);
  }
  return known;
}

function parentOf({ heritageClauses }: ts.ClassDeclaration): string {
  return heritageClauses?.[0]?.types[0]?.expression.getText() ?? '';
}

function* worthReading(node: ts.Node): Generator<ts.Node> {
  if (ts.isPropertyAssignment(node) && explanations.has(node.name.getText())) return;
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* worthReading(child);
}

/** The expressions in which this node words an error. */
function saidBy(node: ts.Node, classes: ReadonlySet<string>): readonly ts.Expression[] {
  if (ts.isNewExpression(node)) return classes.has(node.expression.getText()) ? (node.arguments ?? []) : [];
  if (ts.isPropertyAssignment(node)) return isErrorKey(node) ? [node.initializer] : [];
  if (ts.isShorthandPropertyAssignment(node)) return isErrorKey(node) ? [node.name] : [];
  if (ts.isBinaryExpression(node)) return node.left.getText() === 'problem' ? [node.right] : [];
  if (!ts.isCallExpression(node)) return [];
  const called = node.expression.getText();
  if (/(^|\.)(log|logger)\.(warn|error)$/.test(called)) return node.arguments.slice(1);
  const name = called.slice(called.lastIndexOf('.') + 1).replace('#', '');
  const isMaker = makers.has(name) || called === 'super' || called === 'process.stderr.write';
  return isMaker ? node.arguments : [];
}

function isErrorKey({ name, parent }: ts.PropertyAssignment | ts.ShorthandPropertyAssignment): boolean {
  const key = name.getText();
  const others = parent.properties.map((property) => property.name?.getText() ?? '');
  return keys.has(key) && others.some((other) => beside[key]?.test(other) ?? true);
}

/** The wordings of an expression; none: it is no text, or one that is worded elsewhere. */
function textsOf(node: ts.Node, seen: ReadonlySet<ts.Node> = new Set()): readonly string[] {
  if (seen.has(node)) return [];
  const inner = (one: ts.Node): readonly string[] => textsOf(one, new Set([...seen, node]));
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    return [node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('')];
  }
  if (ts.isConditionalExpression(node)) return [...inner(node.whenTrue), ...inner(node.whenFalse)];
  if (ts.isParenthesizedExpression(node) || ts.isAwaitExpression(node)) return inner(node.expression);
  if (ts.isBinaryExpression(node)) {
    const [left, right] = [inner(node.left), inner(node.right)];
    if (node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return [...left, ...right];
    return left.flatMap((before) => right.map((after) => before + after));
  }
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(inner);
  // `(await ask(() => problemsOf(x))).right`
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'right') return inner(node.expression);
  if (ts.isArrowFunction(node)) return inner(node.body);
  if (ts.isIdentifier(node)) return declarationsOf(node).flatMap(inner);
  if (ts.isCallExpression(node)) {
    return ts.isPropertyAccessExpression(node.expression)
      ? inner(node.expression.expression)
      : [
          ...returnsOf(node.expression),
          ...(node.expression.getText() === 'ask' ? node.arguments : []),
        ].flatMap(inner);
  }
  return [];
}

/** What a name of the same file stands for. */
function declarationsOf(name: ts.Identifier): readonly ts.Node[] {
  return [...nodesOf(name.getSourceFile())].flatMap((node) => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === name.text) return node.initializer ?? [];
    const assigned =
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      node.left.getText() === name.text;
    return assigned ? [node.right] : [];
  });
}

/** What a function of the same file answers. */
function returnsOf(callee: ts.Expression): readonly ts.Node[] {
  const functions = [...nodesOf(callee.getSourceFile())].filter(
    (node) => ts.isFunctionDeclaration(node) && node.name?.text === callee.getText(),
  );
  return functions
    .flatMap((node) => [...nodesOf(node)].filter(ts.isReturnStatement))
    .flatMap(({ expression }) => expression ?? []);
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').trim();

/** Several words: keys and kinds are none. */
function isSentence(text: string): boolean {
  return /[a-z]+… |[a-z] (…|"…|[a-z(])/i.test(text) && !/^(select|insert|delete|usage:) /.test(text);
}
