import type { Configuration } from '../../domain/configuration.ts';
import { openProjectionsForReading } from '../store-sqlite/projections/projections.ts';
import type { Command } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { exitCodes } from './exit.ts';
import { forReading } from './for-reading.ts';
import { backlogOf, type RouteStatus } from './line-status.ts';
import { engineClient, NoEngine } from './operator/engine-client.ts';
import { parseOptions } from './options.ts';
import { instant } from './show/timeline.ts';

const usage = 'mm4 partners [--json] [--config FILE]';

export const partnersCommand: Command = {
  name: 'partners',
  usage,
  summary: 'Each route: is it up, how much waits for it, since when, and the last error.',
  details:
    'Asks the running engine (http.listen of the configuration). Without one it shows what was last known, from the store, and says so.',
  example: 'mm4 partners --config config/example.yaml',
  run: async (args) => {
    const { values } = parseOptions(args, { json: { type: 'boolean' }, config: { type: 'string' } }, usage);
    const configuration = readConfiguration(values.config);
    const live = await askEngine(configuration);
    const routes = live ?? (await lastKnown(configuration));
    if (values.json === true) {
      process.stdout.write(`${JSON.stringify({ live: live !== null, routes })}\n`);
    } else {
      if (live === null) process.stdout.write('no engine is running; this is what was last known\n');
      process.stdout.write(`${routes.map(routeLine).join('\n')}\n`);
    }
    return exitCodes.done;
  },
};

async function askEngine({ http }: Configuration): Promise<readonly RouteStatus[] | null> {
  try {
    return (await engineClient(http).ask('/partners')) as readonly RouteStatus[];
  } catch (error) {
    if (error instanceof NoEngine) return null;
    throw error;
  }
}

/** Each route as the streams tell, for when no engine runs. */
export async function lastKnown({ node, partners }: Configuration): Promise<readonly RouteStatus[]> {
  const projections = forReading(() => openProjectionsForReading(node.dataDir));
  const rows = await projections.waiting();
  const known = new Map((await projections.routes()).map((row) => [row.route, row]));
  projections.close();
  return partners.flatMap((partner) =>
    partner.routes.map((route): RouteStatus => {
      const last = known.get(route.account);
      return {
        partner: partner.name,
        route: route.account,
        server: `${route.server.host}:${route.server.port}`,
        state: last?.state ?? 'unknown',
        since: last?.since ?? null,
        why: last?.why ?? null,
        connections: null,
        nextProbe: null,
        ...backlogOf(rows, route.account),
      };
    }),
  );
}

/** A route on one line, as a person reads it. */
export function routeLine(status: RouteStatus): string {
  const { forwards, answers, held } = status.waiting;
  return [
    `${status.partner.padEnd(12)} ${status.route.padEnd(16)} ${status.server.padEnd(22)} ${status.state.padEnd(8)}`,
    `waiting ${forwards} forwards, ${answers} answers`,
    ...(held === 0 ? [] : [`${held} held`]),
    ...(status.oldest === null ? [] : [`oldest since ${instant(status.oldest)}`]),
    ...(status.connections === null ? [] : [`${status.connections} connections`]),
    ...(status.why === null
      ? []
      : [`${status.why} (since ${status.since === null ? '?' : instant(status.since)})`]),
    ...(status.nextProbe === null ? [] : [`next probe ${instant(status.nextProbe)}`]),
  ].join('  ');
}
