import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { codeLines, leftToDo, longFunctions, machinePaths, overruled } from './promises.ts';
import { isProduct, projectFiles, projectSources, sourceOf, textOf } from './sources.ts';

/** Mail as partners send it says what it says. */
const files = projectFiles().filter((path) => !path.startsWith('test/corpus/'));
const sources = projectSources();
const product = sources.filter(({ path }) => isProduct(path));

describe('the project', () => {
  it('was seen', () => {
    assert.ok(files.length > product.length && product.length > 40, `only ${files.length} files`);
    for (const path of ['package.json', 'LICENSE', '.ci/run']) assert.ok(files.includes(path), path);
  });

  it('has no file of more than 300 lines of code', () => {
    assert.deepEqual(
      product.filter((source) => codeLines(source) > 300).map(({ path }) => path),
      [],
    );
  });

  it('has no function of more than 70 lines', () => {
    assert.deepEqual(
      product.flatMap((source) => longFunctions(source, 70)),
      [],
    );
  });

  it('leaves nothing to do in its code', () => {
    assert.deepEqual(
      files.flatMap((path) => leftToDo(path, textOf(path))),
      [],
    );
  });

  it('names no path of a machine', () => {
    assert.deepEqual(
      files.flatMap((path) => machinePaths(path, textOf(path))),
      [],
    );
  });

  it('overrules the compiler nowhere', () => assert.deepEqual(sources.flatMap(overruled), []));
});

describe('its promises', () => {
  it('find what is left to do', () => {
    const mark = 'TO' + 'DO';
    assert.deepEqual(leftToDo('x.md', `fine\n// ${mark}: later`), [`x.md:2: // ${mark}: later`]);
    assert.deepEqual(leftToDo('x.md', `${mark}S, ${mark.toLowerCase()}`), []);
  });

  it('find paths of a machine', () => {
    for (const folder of ['home', 'root', 'work', 'Users']) {
      assert.equal(machinePaths('x.md', `see /${folder}/somebody`).length, 1);
    }
    for (const fine of ['https://example/home/x', 'the test/work/x', '/homes/x', 'a /work/ b']) {
      assert.deepEqual(machinePaths('x.md', fine), []);
    }
  });

  it('find who overrules the compiler', () => {
    const lookAway = '// @ts-' + 'ignore\nx;';
    for (const text of ['x as any;', '<any>x;', 'x as unknown as string;', lookAway]) {
      assert.equal(overruled(sourceOf('domain/x.ts', text)).length, 1, text);
    }
    assert.deepEqual(overruled(sourceOf('domain/x.ts', "x as unknown; 'as any';")), []);
    assert.deepEqual(overruled(sourceOf('adapters/x/x.ts', 'rows as unknown as string[];')), []);
  });

  it('count lines of code', () => {
    const text = '/** Says\n * much. */\n\nconst x = {\n  // a\n  b: [\n    1,\n  ],\n};\n';
    assert.equal(codeLines(sourceOf('x.ts', text)), 5);
  });

  it('count the lines of a function without those of functions within it', () => {
    const inner = `const f = () => {\n${'\n'.repeat(4)}};`;
    const text = `function outer() {\n${inner}\n${inner}\n}`;
    assert.deepEqual(longFunctions(sourceOf('x.ts', text), 4), ['x.ts:2: 5 lines', 'x.ts:8: 5 lines']);
    assert.deepEqual(longFunctions(sourceOf('x.ts', text), 5), []);
  });
});
