import * as E from 'fp-ts/lib/Either.js';

import { decodeEvent } from '../../../domain/mms/codec.ts';
import { evolve } from '../../../domain/mms/evolve.ts';
import { nothing } from '../../../domain/mms/state.ts';
import type { StoredEvent } from '../../../domain/ports.ts';
import { streamsMeant } from '../../../engine/operator/select.ts';
import type { ProjectionQueries } from '../../store-sqlite/projections/answers.ts';
import { openProjectionsForReading } from '../../store-sqlite/projections/projections.ts';
import { openStoreForReading } from '../../store-sqlite/store.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { forReading } from '../for-reading.ts';
import type { StreamView } from './timeline.ts';

const shownAtMost = 20;

/** A stream as it is stored. */
export interface StoredStream {
  readonly stream: string;
  readonly stored: readonly StoredEvent[];
  /** Why a route is not taking anything, by route account. */
  readonly routesDown: ReadonlyMap<string, string>;
}

/** The streams that an id means, from a data directory, beside a running engine or without one. Ends the command if there are none. */
export async function storedStreams(directory: string, id: string): Promise<readonly StoredStream[]> {
  const store = forReading(() => openStoreForReading(directory));
  const projections = forReading(() => openProjectionsForReading(directory));
  try {
    const routesDown = new Map(
      (await projections.routes())
        .filter(({ state }) => state === 'down')
        .map(({ route, why }) => [route, why ?? '']),
    );
    const found: StoredStream[] = [];
    for (const stream of await streamsOf(id, projections)) {
      const read = await store.readStream(stream)();
      if (E.isLeft(read)) throw new CommandError(read.left.message);
      if (read.right.length > 0) found.push({ stream, stored: read.right, routesDown });
    }
    if (found.length === 0) throw new CommandError(`nothing is known of ${id}`, exitCodes.notFound);
    return found;
  } finally {
    await store.close();
    projections.close();
  }
}

/** The same, with what its events mean. */
export function viewOf({ stream, stored, routesDown }: StoredStream): StreamView {
  const events = stored.map((event) => {
    const decoded = decodeEvent(event);
    if (E.isLeft(decoded)) throw new CommandError(decoded.left.message);
    return decoded.right;
  });
  return { stream, stored, events, state: events.reduce(evolve, nothing), routesDown };
}

/** What an id may mean, and the orphans that bore transaction ids of it; streams that do not exist are passed over later. */
async function streamsOf(id: string, projections: ProjectionQueries): Promise<readonly string[]> {
  const meant = await streamsMeant(projections, id);
  const homes = meant.filter((stream) => stream.startsWith('mms-'));
  const orphans = await Promise.all(
    homes.map((home) => projections.find(`concerns ${home.slice('mms-'.length)}`, shownAtMost)),
  );
  return [...new Set([...meant, ...orphans.flat()])];
}
