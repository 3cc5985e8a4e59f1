import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';

import { makeFolder } from './folders.ts';
import { explained, explaining, sqliteCode } from './trouble.ts';

/** Another engine works on this directory. */
export class DirectoryInUse extends Error {}

const busy = 5;

/**
 * One engine a directory: an exclusive transaction held on an SQLite file of its own. The operating system drops it with the
 * process, however it dies, so holding it proves that every earlier engine is dead.
 */
export function lockDirectory(directory: string): { release(): void } {
  const file = join(directory, 'engine.lock');
  explaining(directory, () => makeFolder(directory));
  const db = explaining(file, () => new DatabaseSync(file));
  try {
    db.exec('pragma busy_timeout = 0; begin exclusive;');
  } catch (error) {
    db.close();
    if (sqliteCode(error) !== busy) throw explained(file, error, 'delete it');
    throw new DirectoryInUse(
      `another engine is running on ${directory}: stop it first, or give this one a node.dataDir of its own`,
    );
  }
  return { release: () => db.close() };
}
