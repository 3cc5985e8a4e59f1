import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import * as E from 'fp-ts/lib/Either.js';

import { loadConfiguration, type LoadedConfiguration } from '../../adapters/config/load.ts';
import { formatProblems } from '../../adapters/config/problems.ts';
import type { Environment } from '../../adapters/config/readers.ts';

export function fileText(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

export function load(text: string, environment: Environment = {}): LoadedConfiguration {
  const loaded = loadConfiguration(text, environment);
  if (E.isLeft(loaded)) assert.fail(formatProblems(loaded.left));
  return loaded.right;
}

/** All problems of a file that must be refused, as people see them. */
export function problemsOf(text: string, environment: Environment = {}): string {
  const loaded = loadConfiguration(text, environment);
  assert.ok(E.isLeft(loaded), 'the configuration was accepted');
  return formatProblems(loaded.left);
}

export const smallest = `
node: { name: b1, domains: [mmsc.own.example] }
subscribers: { masks: ["+4477009004*"] }
partners:
  - name: op-a
    vasps: [{ account: 192.0.2.10, mm4AckRouting: op-a-out }]
    routes: [{ account: op-a-out, recipients: ["+4477009001*"], server: mmsc.op-a.example, domain: mmsc.op-a.example }]
`;

/** The smallest configuration with more of it; a section given replaces the one there. */
export function smallestWith(sections: Readonly<Record<string, string>>): string {
  const kept = smallest
    .split(/\n(?=\w)/)
    .filter((section) => !Object.keys(sections).some((name) => section.trimStart().startsWith(`${name}:`)));
  return [...kept, ...Object.entries(sections).map(([name, body]) => `${name}: ${body}`)].join('\n');
}
