import type { Logger } from 'pino';

import { CannotStart } from '../../engine/cannot-start.ts';
import { openSegmentStore, type SegmentStore } from '../content-segments/store.ts';
import { systemClock } from '../runtime/runtime.ts';
import { makeFolder } from '../store-sqlite/folders.ts';
import { DirectoryInUse } from '../store-sqlite/lock.ts';
import { openProjections, type Projections } from '../store-sqlite/projections/projections.ts';
import { holdsEvents, openStore, type OnCommit, type SqliteStore } from '../store-sqlite/store.ts';
import { explained, StoreRefused } from '../store-sqlite/trouble.ts';
import { CommandError, exitCodes } from './exit.ts';

/** All that an engine keeps in its data directory. */
export interface Stores {
  readonly store: SqliteStore;
  readonly content: SegmentStore;
  readonly projections: Projections;
}

/** Opens a data directory for an engine, or ends the command and says why it cannot be worked on. */
export async function openStores(directory: string, committed: OnCommit, log: Logger): Promise<Stores> {
  const report = (what: string): void => log.warn({}, what);
  const content = openSegmentStore(directory, systemClock);
  const store = await orRefuse(directory, async () => {
    makeFolder(directory);
    refuseContentWithoutEvents(directory, content);
    return openStore(directory, committed, report);
  });
  const projections = openProjections(directory, report);
  store.onAppended(projections.wake);
  return { store, content, projections };
}

/** What a data directory does not let be done is the operator's to mend. */
export async function orRefuse<A>(directory: string, doing: () => Promise<A>): Promise<A> {
  try {
    return await doing();
  } catch (error) {
    if (error instanceof DirectoryInUse) throw new CommandError(error.message, exitCodes.unavailable);
    const why = explained(directory, error);
    if (why instanceof StoreRefused || why instanceof CannotStart)
      throw new CommandError(why.message, exitCodes.unavailable);
    throw error;
  }
}

/** Content is only ever written after events: an engine that began anew beside it would know nothing of its messages. */
function refuseContentWithoutEvents(directory: string, content: SegmentStore): void {
  const isThere = content.segments('body').length + content.segments('head').length > 0;
  if (!isThere || holdsEvents(directory)) return;
  throw new StoreRefused(
    `${directory} has content, and no events.db that says what it is: put that back, or restore a backup into an empty directory`,
  );
}
