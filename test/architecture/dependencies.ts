import { allImports, packageOf } from './imports.ts';
import { isProduct, type Source } from './sources.ts';

/** The parts of `package.json` and of the packages' own that the rules look at. */
export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}

/** The commands that a package brings; a script that runs one of them uses the package. */
export type CommandsOf = (name: string) => readonly string[];

/** What is imported is declared; what the engine itself imports is no development dependency. */
export function undeclared(sources: readonly Source[], manifest: Manifest): readonly string[] {
  const needed = Object.keys(manifest.dependencies);
  const helping = Object.keys(manifest.devDependencies);
  return allImports(sources).flatMap((one) => {
    const name = packageOf(one);
    if (name === null || needed.includes(name)) return [];
    if (!helping.includes(name)) return [`${one.place}: ${name} is not in package.json`];
    return isProduct(one.from)
      ? [`${one.place}: ${name} is in devDependencies, and the engine needs it`]
      : [];
  });
}

/** What is declared is used: by an import, by a script that runs its command, or, if it has only types, by its subject. */
export function unused(
  sources: readonly Source[],
  manifest: Manifest,
  commandsOf: CommandsOf,
): readonly string[] {
  const importedBy = (which: (path: string) => boolean): readonly string[] =>
    allImports(sources).flatMap((one) => (which(one.from) ? (packageOf(one) ?? []) : []));
  const byEngine = new Set(importedBy(isProduct));
  const byAnyone = new Set(importedBy(() => true));
  const words = new Set(Object.values(manifest.scripts).flatMap((script) => script.split(/\s+/)));
  const serves = (name: string): boolean =>
    byAnyone.has(name) ||
    name.startsWith('@types/') ||
    commandsOf(name).some((command) => words.has(command));
  return [
    ...Object.keys(manifest.dependencies).filter((name) => !byEngine.has(name)),
    ...Object.keys(manifest.devDependencies).filter((name) => !serves(name)),
  ].map((name) => `package.json: nothing uses ${name}`);
}
