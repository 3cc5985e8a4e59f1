import type { Lane, MailSession } from '../../domain/ports.ts';
import type { Context } from '../context.ts';

/** The open sessions of one line. Those that nobody uses are kept a while for the next mail. */
export interface Sessions {
  /** A new one was opened. */
  opened(): void;
  /** An idle one that is still usable; null: there is none. */
  take(lane: Lane): MailSession | null;
  giveBack(lane: Lane, session: MailSession): void;
  open(): number;
  /** Ends the idle ones, and those in use as they come back. */
  stop(): void;
}

const idleFor = 5_000;

interface Idle {
  readonly session: MailSession;
  readonly cancel: () => void;
}

export function sessions({ timers }: Pick<Context, 'timers'>): Sessions {
  const idle: Record<Lane, Idle[]> = { forwards: [], answers: [] };
  let stopped = false;
  let count = 0;

  const close = (session: MailSession): void => {
    count -= 1;
    session.quit();
  };

  const take = (lane: Lane): MailSession | null => {
    for (let entry = idle[lane].pop(); entry !== undefined; entry = idle[lane].pop()) {
      entry.cancel();
      if (entry.session.usable) return entry.session;
      close(entry.session);
    }
    return null;
  };

  return {
    opened: () => {
      count += 1;
    },
    take,
    giveBack: (lane, session) => {
      if (!session.usable || stopped) {
        close(session);
        return;
      }
      const cancel = timers.after(idleFor, () => {
        idle[lane] = idle[lane].filter((entry) => entry.session !== session);
        close(session);
      });
      idle[lane].push({ session, cancel });
    },
    open: () => count,
    stop: () => {
      stopped = true;
      for (const lane of ['forwards', 'answers'] as const) {
        for (let left = take(lane); left !== null; left = take(lane)) close(left);
      }
    },
  };
}
