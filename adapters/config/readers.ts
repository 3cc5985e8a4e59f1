import { suggestion, type Path, type Report } from './problems.ts';
import type { Raw } from './yaml-file.ts';

/**
 * Readers give what is written a meaning. A reader that finds something wrong reports it and answers undefined; the reading goes on
 * with the default, so that one run finds everything that is wrong with a file.
 */
export type Reader<T> = (raw: Raw, path: Path, context: Context) => T | undefined;

export interface Context {
  readonly environment: Environment;
  readonly report: Report;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A key of a record. */
export interface Field<T> {
  readonly reader: Reader<T>;
  /** What an absent key means, as one would write it; null: the key must be there. */
  readonly absent: Raw | null;
  /** What the reading goes on with when a key that must be there is not. */
  readonly standIn?: T;
}

export function optional<T>(reader: Reader<T>, absent: Raw): Field<T> {
  return { reader, absent };
}

export function required<T>(reader: Reader<T>, standIn: T): Field<T> {
  return { reader, absent: null, standIn };
}

type Fields = Readonly<Record<string, Field<unknown>>>;
type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** A map with these keys and no others. A key with nothing behind it is an empty map. */
export function record<F extends Fields>(fields: F): Reader<Values<F>> {
  const keys = Object.keys(fields);
  return (raw, path, context) => {
    const isRecord = typeof raw !== 'string' && !isList(raw);
    if (!isRecord && raw !== '') {
      context.report(path, `this must be a map; write keys such as ${keys.slice(0, 3).join(', ')}`);
    }
    // What is no map is read as an empty one, silently, so that what stands beside it in a list keeps its place.
    const entries = isRecord ? raw : {};
    const inner = isRecord || raw === '' ? context : { ...context, report: () => undefined };
    for (const key of Object.keys(entries)) {
      if (!keys.includes(key)) inner.report([...path, key], `unknown key "${key}"${suggestion(key, keys)}`);
    }
    const values = Object.entries(fields).map(([key, field]) => [
      key,
      readField(field, Object.hasOwn(entries, key) ? entries[key] : undefined, [...path, key], inner),
    ]);
    return Object.fromEntries(values) as Values<F>;
  };
}

function readField<T>(field: Field<T>, raw: Raw | undefined, path: Path, context: Context): T | undefined {
  if (raw !== undefined) {
    const value = field.reader(raw, path, context);
    if (value !== undefined) return value;
  } else if (field.absent === null) {
    context.report(path, `"${String(path.at(-1))}" is missing; it has no default`);
  }
  return field.absent === null ? field.standIn : field.reader(field.absent, path, context);
}

/** A list; what cannot be read is left out. A key with nothing behind it is an empty list. */
export function list<T>(item: Reader<T>): Reader<readonly T[]> {
  return (raw, path, context) => {
    if (raw === '') return [];
    if (!isList(raw)) {
      const parts = typeof raw === 'string' ? raw.split(',').map((part) => JSON.stringify(part.trim())) : [];
      context.report(path, `this must be a list; write [${parts.join(', ')}]`);
      return undefined;
    }
    return raw.flatMap((one, at) => {
      const value = item(one, [...path, at], context);
      return value === undefined ? [] : [value];
    });
  };
}

/** The value of `reader`, with a warning when it is set, because nothing acts on it so far. */
export function notYet<T>(reader: Reader<T>, meaning: string): Reader<T> {
  return (raw, path, context) => {
    const value = reader(raw, path, context);
    if (value !== undefined && raw !== '' && raw !== 'false' && !(isList(raw) && raw.length === 0)) {
      context.report(path, `${meaning}; the setting is checked and otherwise ignored`, 'warning');
    }
    return value;
  };
}

export function isList(raw: Raw): raw is readonly Raw[] {
  return Array.isArray(raw);
}
