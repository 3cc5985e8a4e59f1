import assert from 'node:assert/strict';

import { sourceOf, type Source } from './sources.ts';

/** A rule over modules: what breaks it, one line each. */
type Rule = (sources: readonly Source[]) => readonly string[];

/** Modules that exist only here. */
export function planted(files: Readonly<Record<string, string>>): readonly Source[] {
  return Object.entries(files).map(([path, text]) => sourceOf(path, text));
}

/** The rule finds something in each of these modules, taken alone. */
export function catches(rule: Rule, path: string, texts: readonly string[]): void {
  for (const text of texts) {
    assert.notDeepEqual(rule(planted({ [path]: text })), [], `not caught in ${path}: ${text}`);
  }
}

/** The rule has nothing against any of these modules. */
export function allows(rule: Rule, path: string, texts: readonly string[]): void {
  for (const text of texts) assert.deepEqual(rule(planted({ [path]: text })), []);
}
