import type { Context } from './context.ts';

const lookEvery = 5_000;

export interface DiskWatch {
  /** Why no mail is taken; null: there is room. */
  problem(): string | null;
  stop(): void;
}

/**
 * Watches the free space of the data directory. Below `limits.diskFloor` no new mail is taken, so that what is in hand can still
 * be recorded: outcomes, our answers and reports. One alarm in the log when that begins, one line when it is over.
 */
export async function watchDisk(context: Context): Promise<DiskWatch> {
  let problem: string | null = null;
  let stopped = false;
  let cancel = (): void => undefined;

  const judge = (free: number): void => {
    const { diskFloor } = context.configuration.limits;
    const isFull = free < diskFloor;
    if (isFull && problem === null)
      context.log.error({ free, diskFloor }, 'disk almost full: no mail is taken');
    if (!isFull && problem !== null) context.log.info({ free, diskFloor }, 'there is room on the disk again');
    problem = isFull
      ? `the disk of node.dataDir has ${free} octets free, less than limits.diskFloor (${diskFloor}): make room`
      : null;
  };

  const look = async (): Promise<void> => {
    try {
      judge(await context.disk.free());
    } catch (error) {
      context.log.error(
        { error: String(error) },
        'the free space of the disk of node.dataDir cannot be read',
      );
    }
    if (!stopped) cancel = context.timers.after(lookEvery, () => void look());
  };
  await look();

  return {
    problem: () => problem,
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
