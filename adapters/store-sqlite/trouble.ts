/** The directory cannot be worked on as it is; the message tells the operator why and what to do. */
export class StoreRefused extends Error {}

/** It is not what was written. */
export class StoreDamaged extends StoreRefused {}

/** By SQLite's primary result codes. */
const damage = [11, 26];
const advice: Readonly<Record<number, string>> = {
  5: 'let what reads it come to its end, such as "mm4 verify", then try again',
  8: 'let the user that runs the engine write node.dataDir, and mount its disk so that it can be written',
  10: 'see that it is a file and that the disk of node.dataDir has room; else look into the kernel log',
  13: 'free space on the disk of node.dataDir',
  14: 'let the user that runs the engine read and write node.dataDir, and see that it is a file',
};

/** The primary result code of an error that SQLite gave; 0: it is none. */
export function sqliteCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

/** The file is not what was written, or no database at all. */
export function isDamage(error: unknown): boolean {
  return damage.includes(sqliteCode(error));
}

/**
 * What a file or folder did not let be done, in words for an operator; an error that is not the disk's is given back as it is.
 *
 * @param ifDamaged what helps then
 */
export function explained(file: string, error: unknown, ifDamaged = 'restore a backup'): unknown {
  if (!(error instanceof Error)) return error;
  if (isDamage(error)) return new StoreDamaged(`${file} is damaged (${error.message}): ${ifDamaged}`);
  const todo = advice[sqliteCode(error)];
  if (todo !== undefined) return new StoreRefused(`${file} cannot be used (${error.message}): ${todo}`);
  if (!('syscall' in error)) return error;
  return new StoreRefused(
    `the data directory ${file} cannot be used (${error.message}): make it one that this user may write to, or change node.dataDir`,
  );
}

/** Does something with a file or folder, and explains what was not let be done. */
export function explaining<A>(file: string, work: () => A): A {
  try {
    return work();
  } catch (error) {
    throw explained(file, error);
  }
}
