import { statfs } from 'node:fs/promises';

import type { Disk } from '../../domain/ports.ts';

/** The file system that a directory is on, as an unprivileged user may fill it. */
export function diskOf(directory: string): Disk {
  return {
    free: async () => {
      const { bavail, bsize } = await statfs(directory);
      return bavail * bsize;
    },
  };
}
