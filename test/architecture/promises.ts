import ts from 'typescript';

import { isPure, nodesOf, placeOf, type Source } from './sources.ts';

/** Promises about any text of the project. Each gives what breaks it, with its line. */

/** Work that is left to do is not left in the code. Written apart, so that this file keeps the promise too. */
const leftovers = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`);

/** A path that exists on the machine it was written on. */
const machinePath = /(?<![\w.:/-])\/(work|home|root|Users)\/\w/;

export function leftToDo(path: string, text: string): readonly string[] {
  return linesWith(leftovers, path, text);
}

export function machinePaths(path: string, text: string): readonly string[] {
  return linesWith(machinePath, path, text);
}

function linesWith(what: RegExp, path: string, text: string): readonly string[] {
  return text
    .split('\n')
    .flatMap((line, at) => (what.test(line) ? [`${path}:${at + 1}: ${line.trim().slice(0, 100)}`] : []));
}

/**
 * Nobody overrules the compiler: no `as any`, no comment that makes it look away, and no `as unknown as`, except in adapters, where the
 * types of a library may be wrong.
 */
export function overruled({ path, tree }: Source): readonly string[] {
  const looksAway = /@ts-(ignore|nocheck)\b/.exec(tree.text);
  const isBlunt = (node: ts.Node): boolean => isAsAny(node) || (isPure(path) && isDoubleAssertion(node));
  return [
    ...[...nodesOf(tree)].filter(isBlunt).map((node) => `${placeOf(node)}: ${node.getText(tree)}`),
    ...(looksAway === null ? [] : [`${path}: ${looksAway[0]}`]),
  ];
}

function isAsAny(node: ts.Node): boolean {
  return ts.isAssertionExpression(node) && node.type.kind === ts.SyntaxKind.AnyKeyword;
}

function isDoubleAssertion(node: ts.Node): boolean {
  return ts.isAssertionExpression(node) && ts.isAssertionExpression(node.expression);
}

/** How many lines are code, neither blank nor comment: those where anything begins or ends. */
export function codeLines({ tree }: Source): number {
  const ends = [...nodesOf(tree)]
    .filter((node) => node !== tree && node.kind !== ts.SyntaxKind.EndOfFileToken)
    .flatMap((node) => [node.getStart(tree), node.end]);
  return new Set(ends.map((at) => tree.getLineAndCharacterOfPosition(at).line)).size;
}

/** A function, and how many lines are its own: without those of functions within it, which count for themselves. */
export function longFunctions({ tree }: Source, most: number): readonly string[] {
  return [...nodesOf(tree)]
    .filter(ts.isFunctionLike)
    .map((node) => ({ node, lines: linesOf(node) - sum(functionsWithin(node).map(linesOf)) }))
    .filter(({ lines }) => lines > most)
    .map(({ node, lines }) => `${placeOf(node)}: ${lines} lines`);
}

function functionsWithin(node: ts.Node): readonly ts.Node[] {
  const found: ts.Node[] = [];
  ts.forEachChild(node, (child) => {
    found.push(...(ts.isFunctionLike(child) ? [child] : functionsWithin(child)));
  });
  return found;
}

/** Lines after the first: what a function of one line adds to the one around it is nothing. */
function linesOf(node: ts.Node): number {
  return node.getText().split('\n').length - 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
