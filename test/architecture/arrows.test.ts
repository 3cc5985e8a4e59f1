import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { cycles, wrongArrows, wrongPackages, wrongSpecifiers } from './arrows.ts';
import { undeclared, unused, type Manifest } from './dependencies.ts';
import { allImports } from './imports.ts';
import { allows, catches, planted } from './planted.ts';
import { impurities } from './purity.ts';
import { isPure, isProduct, projectSources, textOf } from './sources.ts';

const sources = projectSources();

function commandsOf(name: string): readonly string[] {
  const { bin = {} } = JSON.parse(textOf(`node_modules/${name}/package.json`)) as {
    readonly bin?: string | Readonly<Record<string, string>>;
  };
  return typeof bin === 'string' ? [name] : Object.keys(bin);
}

describe('the house', () => {
  it('was seen', () => {
    const paths = sources.map(({ path }) => path);
    assert.ok(paths.filter(isProduct).length > 40, `only ${paths.filter(isProduct).length} modules`);
    for (const part of ['domain/', 'engine/', 'projections/', 'adapters/cli/', 'test/']) {
      assert.ok(
        paths.some((path) => path.startsWith(part)),
        `nothing in ${part}`,
      );
    }
    assert.ok(allImports(sources).length > 2 * sources.length, 'hardly any import was found');
  });

  it('has its arrows right', () => assert.deepEqual(wrongArrows(sources), []));
  it('keeps packages out of its pure parts', () => assert.deepEqual(wrongPackages(sources), []));
  it('names files in full', () => assert.deepEqual(wrongSpecifiers(sources), []));
  it('has no cycles', () => assert.deepEqual(cycles(sources), []));

  it('reaches clock, timers, chance, network and process through ports', () => {
    assert.deepEqual(impurities(sources.filter(({ path }) => isPure(path))), []);
  });

  it('declares what it imports and uses what it declares', () => {
    const manifest = JSON.parse(textOf('package.json')) as Manifest;
    assert.deepEqual([...undeclared(sources, manifest), ...unused(sources, manifest, commandsOf)], []);
  });
});

describe('the rule of arrows', () => {
  it('keeps domain to itself', () => {
    catches(wrongArrows, 'domain/mms/x.ts', [
      "import { f } from '../../engine/x.ts';",
      "import type { F } from '../../projections/x.ts';",
      "export * from '../../adapters/cli/x.ts';",
      "type F = import('../../engine/x.ts').F;",
      "await import('../../engine/x.ts');",
    ]);
    allows(wrongArrows, 'domain/mms/x.ts', ["import { f } from '../mm4/x.ts';"]);
  });

  it('lets engine and projections see domain, not each other', () => {
    catches(wrongArrows, 'engine/x.ts', [
      "import { f } from '../projections/x.ts';",
      "import { f } from '../adapters/smtp-in/x.ts';",
    ]);
    catches(wrongArrows, 'projections/x.ts', [
      "import { f } from '../engine/x.ts';",
      "import { f } from '../adapters/http/x.ts';",
    ]);
    allows(wrongArrows, 'engine/x.ts', ["import { f } from '../domain/x.ts'; import { g } from './y.ts';"]);
    allows(wrongArrows, 'projections/x.ts', ["import { f } from '../domain/x.ts';"]);
  });

  it('keeps adapters apart, except in the composition root', () => {
    const imports = [
      "import { f } from '../smtp-out/x.ts';",
      "new Worker(new URL('../smtp-out/x.ts', import.meta.url));",
    ];
    catches(wrongArrows, 'adapters/smtp-in/x.ts', [...imports, "import { f } from '../cli/x.ts';"]);
    allows(wrongArrows, 'adapters/cli/x.ts', imports);
    allows(wrongArrows, 'adapters/smtp-in/x.ts', [
      "import { f } from './y.ts'; import { g } from '../../engine/x.ts';",
      "import { f } from '../../domain/x.ts'; import { g } from '../../projections/x.ts';",
    ]);
  });

  it('keeps test out of everything else', () => {
    const imports = ["import { f } from '../test/support/x.ts';"];
    for (const path of ['domain/x.ts', 'engine/x.ts', 'bench/x.ts']) catches(wrongArrows, path, imports);
    catches(wrongArrows, 'adapters/cli/x.ts', ["import { f } from '../../test/support/x.ts';"]);
    allows(wrongArrows, 'test/x.ts', ["import { f } from '../adapters/cli/x.ts';"]);
  });
});

describe('the rule of packages', () => {
  it('lets the pure parts have fp-ts only', () => {
    for (const path of ['domain/x.ts', 'engine/x.ts', 'projections/x.ts']) {
      catches(wrongPackages, path, [
        "import { pino } from 'pino';",
        "import { readFileSync } from 'node:fs';",
        "import { createHash } from 'node:crypto';",
        "import { readFileSync } from 'fs';",
        "import 'fp-ts-extra';",
        "type L = import('pino').Logger;",
        "import fs = require('node:fs');",
      ]);
      allows(wrongPackages, path, ["import * as E from 'fp-ts/lib/Either.js';"]);
    }
    allows(wrongPackages, 'adapters/log/x.ts', ["import { pino } from 'pino'; import 'node:fs';"]);
  });

  it('lets the hash have createHash and nothing more of its module', () => {
    allows(wrongPackages, 'domain/hash.ts', ["import { createHash, type Hash } from 'node:crypto';"]);
    catches(wrongPackages, 'domain/hash.ts', [
      "import { createHash, randomBytes } from 'node:crypto';",
      "import { randomUUID as createHash } from 'node:crypto';",
      "import * as crypto from 'node:crypto';",
      "import crypto from 'node:crypto';",
      "import { readFileSync } from 'node:fs';",
    ]);
  });

  it('wants every import declared, and what the engine needs not only for development', () => {
    const manifest: Manifest = { dependencies: { pino: '1' }, devDependencies: { eslint: '1' }, scripts: {} };
    const rule = (files: ReturnType<typeof planted>): readonly string[] => undeclared(files, manifest);
    catches(rule, 'test/x.ts', ["import 'left-pad';", "import '@scope/left-pad/x.js';", "import 'fs';"]);
    catches(rule, 'adapters/log/x.ts', ["import 'eslint';"]);
    allows(rule, 'test/x.ts', ["import 'eslint'; import 'pino/x.js'; import 'node:fs'; import './y.ts';"]);
  });

  it('wants every declared package used', () => {
    const manifest: Manifest = {
      dependencies: { pino: '1', yaml: '1' },
      devDependencies: { '@types/node': '1', typescript: '1', eslint: '1', prettier: '1' },
      scripts: { types: 'tsc --noEmit' },
    };
    const files = planted({
      'adapters/log/x.ts': "import 'pino';",
      'test/x.ts': "import 'yaml'; import 'eslint';",
    });
    const commands = (name: string): readonly string[] => (name === 'typescript' ? ['tsc'] : [name]);
    assert.deepEqual(unused(files, manifest, commands), [
      'package.json: nothing uses yaml',
      'package.json: nothing uses prettier',
    ]);
  });
});

describe('the rule of specifiers', () => {
  it('wants files in full', () => {
    catches(wrongSpecifiers, 'engine/x.ts', [
      "import { f } from './y';",
      "import { f } from './y.js';",
      "import { pipe } from 'fp-ts';",
      "import { pipe } from 'fp-ts/function';",
      "import { pipe } from 'fp-ts/lib/function';",
      "import { pipe } from 'fp-ts/es6/function.js';",
    ]);
    allows(wrongSpecifiers, 'engine/x.ts', [
      "import { f } from './y.ts'; import { pipe } from 'fp-ts/lib/function.js';",
    ]);
  });
});

describe('the rule of cycles', () => {
  it('finds them, of any length', () => {
    const long = planted({
      'domain/a.ts': "import { b } from './b.ts';",
      'domain/b.ts': "export { c } from './deep/c.ts';",
      'domain/deep/c.ts': "import { a, type A } from '../a.ts';",
    });
    assert.deepEqual(cycles(long), ['domain/a.ts -> domain/b.ts -> domain/deep/c.ts -> domain/a.ts']);
    catches(cycles, 'domain/a.ts', ["import { a } from './a.ts';"]);
  });

  it('lets types refer to each other', () => {
    const types = planted({
      'domain/a.ts': "import { b } from './b.ts';",
      'domain/b.ts': "import type { A } from './a.ts'; type B = import('./a.ts').A;",
    });
    assert.deepEqual(cycles(types), []);
  });

  it('allows two ways to one file', () => {
    const diamond = planted({
      'domain/a.ts': "import './b.ts'; import './c.ts';",
      'domain/b.ts': "import './d.ts';",
      'domain/c.ts': "import './d.ts';",
      'domain/d.ts': '',
    });
    assert.deepEqual(cycles(diamond), []);
  });
});

describe('the rule of ports', () => {
  it('finds every way to clock, timers, chance, network and process', () => {
    catches(impurities, 'engine/x.ts', [
      'Date.now();',
      'new Date();',
      'new Date;',
      'Date();',
      'new Date(...[]);',
      'new Date(2024, 0, 1);',
      'const D = Date; D.now();',
      'const { now } = Date;',
      'setTimeout(() => 0, 1);',
      'setInterval(() => 0, 1);',
      'setImmediate(() => 0);',
      'queueMicrotask(() => 0);',
      'AbortSignal.timeout(1);',
      'Math.random();',
      "Math['random']();",
      'const { random } = Math;',
      "fetch('http://127.0.0.1/');",
      "new WebSocket('ws://127.0.0.1/');",
      'process.env;',
      'performance.now();',
      'crypto.randomUUID();',
      'console.log(1);',
      'const tools = { fetch };',
      'globalThis.process;',
      "eval('1');",
      "import('node:fs');",
      "require('node:fs');",
      'import.meta.dirname;',
      'export default performance;',
      'function f(process: unknown) {} process.exit();',
    ]);
  });

  it('has nothing against what is pure, whatever its name', () => {
    allows(impurities, 'engine/x.ts', [
      'const at: Date = new Date(5); at.getTime();',
      'Date.UTC(2024, 0, 1); Math.max(1, 2);',
      'function f(process: string, ports: { fetch(url: string): void }) { ports.fetch(process); }',
      "import { setTimeout } from './timers.ts'; setTimeout();",
      'type T = NodeJS.Timeout; interface Console { process: 1 }',
      'const sizes = new Map([[Buffer.from("a"), { console: 1 }]]);',
      'outer: for (;;) break outer;',
    ]);
  });
});
