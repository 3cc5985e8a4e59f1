import { canonicalJson, withoutSecrets } from './configuration-digest.ts';
import type { Configuration } from './configuration.ts';

/** Keys that a running engine cannot change: their files and addresses are open. */
const fixed: readonly string[] = [
  'node',
  'store',
  'content.kind',
  'smtp',
  'http',
  'kafka',
  'limits.wireSize',
  'limits.bytesInFlight',
];

/** The keys that differ, `partners.op-a.routes.op-a-out.rate`; lists of partners, routes and VASP entries go by name. */
export function changedKeys(before: Configuration, after: Configuration): readonly string[] {
  const changed = keysThatDiffer(byName(withoutSecrets(before)), byName(withoutSecrets(after)), '');
  return changed.length === 0 && canonicalJson(before) !== canonicalJson(after)
    ? ['(a password or token)']
    : changed;
}

/** Of these keys, those that only a restart can change. */
export function needRestart(keys: readonly string[]): readonly string[] {
  return keys.filter((key) => fixed.some((name) => key === name || key.startsWith(`${name}.`)));
}

function keysThatDiffer(before: unknown, after: unknown, path: string): readonly string[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
  if (!isRecord(before) || !isRecord(after)) return [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) =>
    keysThatDiffer(before[key], after[key], path === '' ? key : `${path}.${key}`),
  );
}

/** Lists of named things become records, so that a new partner in the middle changes nobody else. */
function byName(value: unknown): unknown {
  if (Array.isArray(value)) {
    const names = value.map(nameOf);
    return names.every((name) => name !== null) && names.length > 0
      ? Object.fromEntries(value.map((item, index) => [names[index], byName(item)]))
      : value;
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, byName(part)]));
}

function nameOf(item: unknown): string | null {
  if (!isRecord(item)) return null;
  const name = item['name'] ?? item['account'];
  return typeof name === 'string' ? name : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
