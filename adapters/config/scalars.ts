import * as E from 'fp-ts/lib/Either.js';

import { suggestion, type Path } from './problems.ts';
import type { Parse } from './quantities.ts';
import { isList, type Context, type Reader } from './readers.ts';
import type { Raw } from './yaml-file.ts';

/** A text with a meaning. `${NAME}` in it is the environment's NAME. */
export function parsed<T>(parse: Parse<T>): Reader<T> {
  return (raw, path, context) => {
    const written = scalar(raw, path, context);
    if (written === undefined) return undefined;
    const value = parse(written);
    if (E.isRight(value)) return value.right;
    context.report(path, value.left);
    return undefined;
  };
}

/** Any text, or one that looks like `pattern`, which `advice` describes. */
export function text(pattern = /^/, advice = ''): Reader<string> {
  return parsed((written) =>
    pattern.test(written) ? E.right(written) : E.left(`"${written}" is wrong here; ${advice}`),
  );
}

/** The same, or nothing. */
export function orNone<T>(parse: Parse<T>): Parse<T | ''> {
  return (written) => (written === '' ? E.right('') : parse(written));
}

export function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return parsed((written) => {
    const word = words.find((one) => one === written);
    return word === undefined
      ? E.left(`"${written}" is unknown here${suggestion(written, words)}`)
      : E.right(word);
  });
}

export const flag: Reader<boolean> = parsed((written) =>
  written === 'true' || written === 'false'
    ? E.right(written === 'true')
    : E.left(`"${written}" is wrong here; write true or false`),
);

export function count(least: number, most = 1_000_000_000): Reader<number> {
  return parsed((written) => {
    const value = /^-?\d{1,15}$/.test(written) ? Number(written) : NaN;
    return value >= least && value <= most
      ? E.right(value)
      : E.left(`"${written}" is wrong here; write a whole number from ${least} to ${most}`);
  });
}

/**
 * A password or token: only `${NAME}` or nothing may be written. `unset` says what it is when NAME is not set: empty only where
 * that opens no door.
 */
export function secret(unset: 'wrong' | 'empty'): Reader<string> {
  return (raw, path, context) => {
    if (raw === '') return '';
    const name = typeof raw === 'string' ? /^\$\{(\w+)\}$/.exec(raw)?.[1] : undefined;
    if (name === undefined) {
      context.report(
        path,
        'a secret is not written in this file; write "${NAME}" and set NAME in the environment',
      );
    } else if (unset === 'empty' && context.environment[name] === undefined) {
      return '';
    }
    // A wrong one is still one, so that nothing else is said to lack it.
    return (name === undefined ? undefined : scalar(raw, path, context)) ?? '(wrong)';
  };
}

function scalar(raw: Raw, path: Path, { environment, report }: Context): string | undefined {
  if (typeof raw !== 'string') {
    report(path, `this must be a single value, not a ${isList(raw) ? 'list' : 'map'}`);
    return undefined;
  }
  if (raw === 'null' || raw === '~') {
    report(path, `${raw} means nothing here; write "" for none, or leave the key out`);
    return undefined;
  }
  const missing: string[] = [];
  const expanded = raw.replace(/\$\{([^}]*)\}?/g, (_, name: string) => {
    const value = environment[name];
    if (value === undefined) missing.push(name);
    return value ?? '';
  });
  for (const name of missing) report(path, `"${name}" is not set in the environment; set it there`);
  return missing.length === 0 ? expanded : undefined;
}
