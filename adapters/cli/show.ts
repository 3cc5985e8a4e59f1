import * as E from 'fp-ts/lib/Either.js';

import { decodeEvent } from '../../domain/mms/codec.ts';
import { evolve } from '../../domain/mms/evolve.ts';
import { nothing } from '../../domain/mms/state.ts';
import type { StoredEvent } from '../../domain/ports.ts';
import { streamsMeant } from '../../engine/operator/select.ts';
import type { ProjectionQueries } from '../store-sqlite/projections/answers.ts';
import { openProjectionsForReading } from '../store-sqlite/projections/projections.ts';
import { openStoreForReading } from '../store-sqlite/store.ts';
import type { Command } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { CommandError, exitCodes } from './exit.ts';
import { parseOptions } from './options.ts';
import { timeline } from './show/timeline.ts';

const usage = 'mm4 show ID [--json] [--data DIR | --config FILE]';
const shownAtMost = 20;

export const showCommand: Command = {
  name: 'show',
  usage,
  summary: 'The timeline of a message: what happened, what is owed next and why it waits.',
  details:
    "ID is a uid, a stream, an X-Mms-Message-ID, a transaction id (ours or a partner's) or a phone number.\n" +
    'Reads the store of --data DIR, or of the configuration, whether the engine runs or not. --json gives the events.',
  example: 'mm4 show 148478240@mmsc.hub',
  run: async (args) => {
    const options = {
      json: { type: 'boolean' },
      data: { type: 'string' },
      config: { type: 'string' },
    } as const;
    const { values, positionals } = parseOptions(args, options, usage);
    const [id] = positionals;
    if (id === undefined || positionals.length > 1)
      throw new CommandError(`name one ID\nusage: ${usage}`, exitCodes.usage);
    const directory = values.data ?? readConfiguration(values.config).node.dataDir;
    return show(directory, id, values.json === true);
  },
};

async function show(directory: string, id: string, json: boolean): Promise<number> {
  const { store, projections } = openForReading(directory);
  try {
    const streams = await streamsOf(id, projections);
    const found: { readonly stream: string; readonly stored: readonly StoredEvent[] }[] = [];
    for (const stream of streams) {
      const read = await store.readStream(stream)();
      if (E.isLeft(read)) throw new CommandError(read.left.message);
      if (read.right.length > 0) found.push({ stream, stored: read.right });
    }
    if (found.length === 0) throw new CommandError(`nothing is known of ${id}`, exitCodes.notFound);
    const routesDown = new Map(
      (await projections.routes())
        .filter(({ state }) => state === 'down')
        .map(({ route, why }) => [route, why ?? '']),
    );
    for (const { stream, stored } of found) {
      process.stdout.write(json ? jsonOf(stored) : `${textOf(stream, stored, routesDown)}\n\n`);
    }
    return exitCodes.done;
  } finally {
    await store.close();
    projections.close();
  }
}

function openForReading(directory: string): {
  readonly store: ReturnType<typeof openStoreForReading>;
  readonly projections: ReturnType<typeof openProjectionsForReading>;
} {
  try {
    return { store: openStoreForReading(directory), projections: openProjectionsForReading(directory) };
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), exitCodes.notFound);
  }
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

function jsonOf(stored: readonly StoredEvent[]): string {
  return stored
    .map(({ data, metadata, ...event }) => ({
      ...event,
      data: JSON.parse(data) as unknown,
      metadata: JSON.parse(metadata) as unknown,
    }))
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
}

function textOf(
  stream: string,
  stored: readonly StoredEvent[],
  routesDown: ReadonlyMap<string, string>,
): string {
  const events = stored.map((event) => {
    const decoded = decodeEvent(event);
    if (E.isLeft(decoded)) throw new CommandError(decoded.left.message);
    return decoded.right;
  });
  return timeline({ stream, stored, events, state: events.reduce(evolve, nothing), routesDown });
}
