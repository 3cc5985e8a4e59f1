import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/**
 * Opens a database that is only read. SQLite makes files beside one with a WAL, also to read it; on a disk that is
 * read-only it cannot, and there, where no WAL is either, nobody can change the file: it is read as it stands.
 */
export function openToRead(file: string): DatabaseSync {
  const db = new DatabaseSync(standsStill(file) ? unchanging(file) : file);
  db.exec('pragma busy_timeout = 5000');
  return db;
}

function unchanging(file: string): URL {
  const url = pathToFileURL(file);
  url.search = 'immutable=1';
  return url;
}

function standsStill(file: string): boolean {
  if (!existsSync(file) || existsSync(`${file}-wal`)) return false;
  try {
    accessSync(dirname(file), constants.W_OK);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EROFS';
  }
}
