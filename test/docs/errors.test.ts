import assert from 'node:assert/strict';
import { test } from 'node:test';

import { projectSources, sourceOf, textOf } from '../architecture/sources.ts';
import { errorMessages } from './error-messages.ts';

/** The list of errors in docs/operate.md: each item begins with the messages, and after a colon says what to do. */
function documented(): ReadonlyMap<string, string> {
  const section = textOf('docs/operate.md').split('\n## What errors mean\n')[1] ?? '';
  const items = section.matchAll(/^- (.*(?:\n {2}.*)*)/gm);
  return new Map(
    [...items].flatMap(([, item = '']) => {
      const [, messages = '', todo = ''] =
        /^((?:`[^`]+`(?:; )?)+): (.*)$/.exec(item.replace(/\n +/g, ' ')) ?? [];
      assert.notEqual(todo, '', `what is to be done? ${item}`);
      return [...messages.matchAll(/`([^`]+)`/g)].map(([, message = '']) => [message, todo] as const);
    }),
  );
}

test('every error that can be printed is in docs/operate.md with what to do about it, and no other', () => {
  const shown = documented();
  const worded = new Map(errorMessages(projectSources()).map(({ text, place }) => [text, place]));
  assert.ok(worded.size > 300, `only ${worded.size} errors were found`);
  const missing = [...worded]
    .filter(([text]) => !shown.has(text))
    .map(([text, place]) => `${place}: ${text}`);
  assert.deepEqual(missing, [], 'not in docs/operate.md');
  const surplus = [...shown.keys()].filter((text) => !worded.has(text));
  assert.deepEqual(surplus, [], 'in docs/operate.md, and nothing says it');
});

const planted: readonly (readonly [string, readonly string[]])[] = [
  ["throw new Error('it is broken');", ['it is broken']],
  ['class Lost extends Error {}; throw new Lost(`no ${what} here`);', ['no … here']],
  ["class Lost extends Error { constructor() { super('it is lost'); } }", ['it is lost']],
  ["E.left('try again');", ['try again']],
  ["context.log.warn({ why: 'too late' }, 'given up now');", ['given up now', 'too late']],
  ["context.log.info({}, 'all is well');", []],
  ["const why = full ? 'no room' : 'no right'; reply.send({ error: why });", ['no room', 'no right']],
  ["function problemOf() { return 'no such thing'; } E.left(problemOf());", ['no such thing']],
  [
    "function lost() { return 'it is lost'; } const all = await ask(() => lost()); E.left(all.right.join());",
    ['it is lost'],
  ],
  ["report(path, 'so much ' + 'is wrong\\nusage');", ['so much is wrong']],
  ["const command = { details: { why: 'an example of it' }, summary: 'does it' };", []],
];

for (const [text, messages] of planted) {
  test(`errors are found in ${text}`, () => {
    const found = errorMessages([sourceOf('engine/x.ts', text)]).map((message) => message.text);
    assert.deepEqual(found, messages);
  });
}
