import { openProjectionsForReading } from '../adapters/store-sqlite/projections/projections.ts';
import { lastPosition, openForReading } from '../adapters/store-sqlite/schema.ts';
import { eventFile } from '../adapters/store-sqlite/store.ts';
import { onForwards } from '../domain/mms/due.ts';

/** How many messages wait for a route, by the projection that the engine works from. */
export async function waitingFor(route: string, dataDir: string): Promise<number> {
  const projections = openProjectionsForReading(dataDir);
  try {
    const rows = await projections.waiting();
    return rows.find(({ on }) => on === onForwards(route))?.waiting ?? 0;
  } finally {
    projections.close();
  }
}

/** The position of the last event. */
export function positionOf(dataDir: string): number {
  const store = openForReading(eventFile(dataDir));
  try {
    return lastPosition(store);
  } finally {
    store.close();
  }
}

/** How many events streams that began after `from` and up to `to` got later than `to`. */
export function appendedSince(from: number, to: number, dataDir: string): number {
  const store = openForReading(eventFile(dataDir));
  try {
    const row = store
      .prepare(
        `select count(*) as later from events later join events first on first.stream = later.stream
         where later.position > ?2 and first.revision = 0 and first.position > ?1 and first.position <= ?2`,
      )
      .get(from, to);
    return Number(row?.['later']);
  } finally {
    store.close();
  }
}
