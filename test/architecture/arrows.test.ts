import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

import ts from 'typescript';

interface Module {
  readonly path: string;
  readonly source: ts.SourceFile;
  readonly imports: readonly string[];
}

function parse(path: string, text: string): Module {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  return { path, source, imports };
}

const modules = ['domain', 'engine', 'projections', 'adapters']
  .flatMap((folder) => globSync(`${folder}/**/*.ts`))
  .map((path) => parse(path, readFileSync(path, 'utf8')));

/** Where a relative import leads, from the root of the project; npm and node modules stay as they are. */
function target(module: Module, name: string): string {
  return name.startsWith('.') ? normalize(join(dirname(module.path), name)) : name;
}

const folderOf = (path: string): string => path.split('/')[0] ?? '';
const adapterOf = (path: string): string => path.split('/').slice(0, 2).join('/');

/** What a module may not import, in words; undefined: it may. */
function objection(module: Module, name: string): string | undefined {
  const to = target(module, name);
  const from = folderOf(module.path);
  const inner = !name.startsWith('.') ? 'npm' : folderOf(to);
  if (name.startsWith('.') && !name.endsWith('.ts')) return 'relative imports end in .ts';
  if (inner === 'test' || inner === '..') return 'nothing imports from outside the sources';
  if (from !== 'adapters' && inner === 'npm') {
    if (/^fp-ts\/lib\/\w+\.js$/.test(name)) return undefined;
    return module.path === 'domain/hash.ts' && name === 'node:crypto'
      ? undefined
      : 'the inside imports fp-ts only';
  }
  if (from === 'domain' && inner !== 'domain') return 'domain imports only itself';
  if (from === 'engine' && !['domain', 'engine'].includes(inner)) return 'engine imports domain and itself';
  if (from === 'projections' && !['domain', 'projections'].includes(inner))
    return 'projections import domain and themselves';
  const foreign = inner === 'adapters' && adapterOf(to) !== adapterOf(module.path);
  return foreign && adapterOf(module.path) !== 'adapters/cli'
    ? 'adapters do not import one another'
    : undefined;
}

/** Globals through which the inside would reach clock, timers, randomness, the network or the process. */
const forbidden = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'fetch',
  'process',
  'performance',
  'crypto',
  'console',
  'WebSocket',
]);

/** Uses of the world that are no ports, as `line: what`. */
function reachesOut({ source }: Module): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const what = offence(node);
    if (what !== undefined)
      found.push(`${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${what}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function offence(node: ts.Node): string | undefined {
  if (
    ts.isNewExpression(node) &&
    node.expression.getText() === 'Date' &&
    (node.arguments?.length ?? 0) === 0
  ) {
    return 'new Date()';
  }
  if (ts.isCallExpression(node)) {
    const called = node.expression.getText();
    if (called === 'Date' || called === 'Date.now' || called === 'Math.random') return called;
  }
  if (!ts.isIdentifier(node) || !forbidden.has(node.text)) return undefined;
  const { parent } = node;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  const isDeclared =
    (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent)) &&
    parent.name === node;
  return isMember || isDeclared ? undefined : node.text;
}

test('the arrows between folders hold', () => {
  assert.ok(modules.length > 100, `only ${modules.length} modules were seen`);
  const broken = modules.flatMap((module) =>
    module.imports.flatMap((name) => {
      const why = objection(module, name);
      return why === undefined ? [] : [`${module.path} imports ${name}: ${why}`];
    }),
  );
  assert.deepEqual(broken, []);
});

test('domain, engine and projections reach the world only through ports', () => {
  const inside = modules.filter(({ path }) => !path.startsWith('adapters/'));
  const offences = inside.flatMap((module) => reachesOut(module).map((what) => `${module.path}:${what}`));
  assert.deepEqual(offences, []);
});

test('no module imports itself by a detour', () => {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    assert.ok(!trail.includes(path), `import cycle: ${[...trail, path].join(' -> ')}`);
    const module = byPath.get(path);
    if (done.has(path) || module === undefined) return;
    for (const name of valueImports(module)) visit(target(module, name), [...trail, path]);
    done.add(path);
  };
  for (const { path } of modules) visit(path, []);
});

/** Imports that exist at run time; types may refer to each other. */
function valueImports({ source }: Module): readonly string[] {
  return source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const typeOnly = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    const name = statement.moduleSpecifier;
    return typeOnly || name === undefined || !ts.isStringLiteral(name) ? [] : [name.text];
  });
}

test('every dependency is used, and everything used is declared', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const used = new Set(
    modules
      .flatMap(({ imports }) => imports)
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
      .map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
  );
  assert.deepEqual([...used].sort(), Object.keys(dependencies).sort());
});

test('the rules above catch what they are for', () => {
  const planted = (path: string, text: string): Module => parse(path, text);
  const cases: readonly [Module, string][] = [
    [planted('domain/x.ts', "import { x } from '../engine/x.ts'"), 'domain imports only itself'],
    [planted('domain/x.ts', "import fs from 'node:fs'"), 'the inside imports fp-ts only'],
    [planted('domain/x.ts', "import * as E from 'fp-ts/Either'"), 'the inside imports fp-ts only'],
    [planted('engine/x.ts', "import { x } from '../adapters/y/x.ts'"), 'engine imports domain and itself'],
    [
      planted('projections/x.ts', "import { x } from '../engine/x.ts'"),
      'projections import domain and themselves',
    ],
    [planted('adapters/a/x.ts', "import { x } from '../b/x.ts'"), 'adapters do not import one another'],
    [planted('adapters/a/x.ts', "import { x } from './y'"), 'relative imports end in .ts'],
    [
      planted('adapters/a/x.ts', "import { x } from '../../test/y.ts'"),
      'nothing imports from outside the sources',
    ],
  ];
  for (const [module, why] of cases) assert.equal(objection(module, module.imports[0] ?? ''), why);
  const reaching = [
    'Date.now()',
    'new Date()',
    'setTimeout(f, 1)',
    'Math.random()',
    'fetch(u)',
    'process.exit()',
    'const c = crypto',
  ];
  for (const text of reaching) assert.equal(reachesOut(planted('domain/x.ts', text)).length, 1, text);
  assert.deepEqual(
    reachesOut(planted('domain/x.ts', 'new Date(0); clock.now(); a.process; ({ fetch: 1 })')),
    [],
  );
});
