import type { ContentFailure, ContentRef } from '../../domain/ports.ts';

/** What an operator can do, by the code of the system's error. */
const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on the disk of node.dataDir',
  EDQUOT: 'raise the disk quota of the user that runs the engine',
  EFBIG: 'raise the file size limit (ulimit -f) of the engine',
  EMFILE: 'raise the limit of open files (ulimit -n) of the engine',
  ENFILE: 'raise the limit of open files of the machine',
  EACCES: 'let the user that runs the engine read and write node.dataDir',
  EPERM: 'let the user that runs the engine read and write node.dataDir',
  EROFS:
    'mount the disk of node.dataDir so that it can be written; look into the kernel log for why it is not',
  EIO: 'look into the kernel log: the disk of node.dataDir fails',
};

/** The disk did not do it; `what` says in the passive what was not done. */
export function unavailable(what: string, error: unknown): ContentFailure {
  const why = error instanceof Error ? error.message : String(error);
  const todo = advice[codeOf(error)] ?? 'look at the disk of node.dataDir';
  return { kind: 'unavailable', message: `content cannot be ${what}: ${why}; ${todo}` };
}

export function damaged(ref: ContentRef, why: string): ContentFailure {
  return { kind: 'damaged', ref, message: `content ${ref} is damaged: ${why}; restore it from a backup` };
}

export function erased(ref: ContentRef, why: string): ContentFailure {
  return { kind: 'erased', ref, message: `content ${ref} is gone: ${why}` };
}

/** There is no such file or folder. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

/** `ENOSPC` and the like: of the error itself or of what caused it. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}
