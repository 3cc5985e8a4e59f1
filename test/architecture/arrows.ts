import { allImports, isRelative, packageOf, targetOf, type Import } from './imports.ts';
import type { Source } from './sources.ts';

/** Each rule gives what breaks it, a sentence each; none: it holds. */

/** Who may import whom: domain <- engine <- adapters, domain <- projections <- adapters; only `adapters/cli` knows other adapters. */
export function wrongArrows(sources: readonly Source[]): readonly string[] {
  return relativeImports(sources)
    .filter((one) => !mayImport(areaOf(one.from), areaOf(targetOf(one))))
    .map((one) => `${one.place}: ${areaOf(one.from)} may not import ${targetOf(one)}`);
}

/** The pure parts know fp-ts and nothing else that is not their own; `domain/hash.ts` may take `createHash` from Node. */
export function wrongPackages(sources: readonly Source[]): readonly string[] {
  return allImports(sources)
    .filter((one) => !isRelative(one) && !mayUse(one))
    .map(({ place, from, specifier }) => `${place}: ${areaOf(from)} may not import ${specifier}`);
}

/** fp-ts has no exports map and Node runs our files as they are: both want the file named in full. */
export function wrongSpecifiers(sources: readonly Source[]): readonly string[] {
  return allImports(sources)
    .filter((one) =>
      isRelative(one) ? !one.specifier.endsWith('.ts') : /^fp-ts(?!\/lib\/\w+\.js$)/.test(one.specifier),
    )
    .map(
      (one) => `${one.place}: write ${isRelative(one) ? './X.ts' : 'fp-ts/lib/X.js'}, not ${one.specifier}`,
    );
}

/** Modules that load one another. Types may refer to each other. Of the cycles that close at one file, the first found is told. */
export function cycles(sources: readonly Source[]): readonly string[] {
  const targets = new Map<string, string[]>(sources.map(({ path }) => [path, []]));
  for (const one of relativeImports(sources)) if (!one.erased) targets.get(one.from)?.push(targetOf(one));
  const done = new Set<string>();
  const found = new Map<string, string>();
  function walk(path: string, way: readonly string[]): void {
    const before = way.indexOf(path);
    if (before >= 0 && !found.has(path)) found.set(path, [...way.slice(before), path].join(' -> '));
    if (before >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) walk(target, [...way, path]);
    done.add(path);
  }
  for (const path of targets.keys()) walk(path, []);
  return [...found.values()];
}

function relativeImports(sources: readonly Source[]): readonly Import[] {
  return allImports(sources).filter(isRelative);
}

/** `domain`, `engine`, `projections`, `adapters/<one>`, `test`, `bench`; what lies in the root is `root`. */
function areaOf(path: string): string {
  const [first = '', second] = path.split('/');
  if (second === undefined) return 'root';
  return first === 'adapters' ? `adapters/${second}` : first;
}

function mayImport(from: string, to: string): boolean {
  if (from === to || from === 'test') return true;
  if (from === 'domain') return false;
  if (from === 'engine' || from === 'projections') return to === 'domain';
  if (to.startsWith('adapters/')) return from === 'adapters/cli' || !from.startsWith('adapters/');
  return ['domain', 'engine', 'projections'].includes(to);
}

function mayUse(one: Import): boolean {
  if (!['domain', 'engine', 'projections'].includes(areaOf(one.from))) return true;
  if (one.from === 'domain/hash.ts' && one.specifier === 'node:crypto') {
    return one.names?.every((name) => name === 'createHash') === true;
  }
  return packageOf(one) === 'fp-ts';
}
