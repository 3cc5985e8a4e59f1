import { onAnswers, onForwards } from '../../domain/mms/due.ts';
import type { Configuration } from '../../domain/configuration.ts';
import { openProjectionsForReading } from '../store-sqlite/projections/projections.ts';
import type { Command } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { CommandError, exitCodes } from './exit.ts';
import type { RouteStatus } from './line-status.ts';
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
      process.stdout.write(`${routes.map(line).join('\n')}\n`);
    }
    return exitCodes.done;
  },
};

async function askEngine({ http }: Configuration): Promise<readonly RouteStatus[] | null> {
  const host = http.listen.host.includes(':') ? `[${http.listen.host}]` : http.listen.host;
  let response: Response;
  try {
    response = await fetch(`http://${host}:${http.listen.port}/partners`, {
      headers: http.token === '' ? {} : { authorization: `Bearer ${http.token}` },
      signal: AbortSignal.timeout(5_000),
    });
  } catch {
    return null;
  }
  if (!response.ok)
    throw new CommandError(`the engine answered ${response.status}: is http.token the right one?`);
  return (await response.json()) as readonly RouteStatus[];
}

async function lastKnown({ node, partners }: Configuration): Promise<readonly RouteStatus[]> {
  let projections;
  try {
    projections = openProjectionsForReading(node.dataDir);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), exitCodes.notFound);
  }
  const waiting = new Map((await projections.waiting()).map((row) => [row.on, row]));
  const known = new Map((await projections.routes()).map((row) => [row.route, row]));
  projections.close();
  return partners.flatMap((partner) =>
    partner.routes.map((route): RouteStatus => {
      const last = known.get(route.account);
      const forwards = waiting.get(onForwards(route.account));
      const answers = waiting.get(onAnswers(route.account));
      const oldest = [forwards?.oldest, answers?.oldest].filter((at) => at !== undefined);
      return {
        partner: partner.name,
        route: route.account,
        server: `${route.server.host}:${route.server.port}`,
        state: last?.state ?? 'unknown',
        since: last?.since ?? null,
        why: last?.why ?? null,
        connections: null,
        nextProbe: null,
        waiting: { forwards: forwards?.waiting ?? 0, answers: answers?.waiting ?? 0 },
        oldest: oldest.length === 0 ? null : Math.min(...oldest),
      };
    }),
  );
}

function line(status: RouteStatus): string {
  const { forwards, answers } = status.waiting;
  return [
    `${status.partner.padEnd(12)} ${status.route.padEnd(16)} ${status.server.padEnd(22)} ${status.state.padEnd(8)}`,
    `waiting ${forwards} forwards, ${answers} answers`,
    ...(status.oldest === null ? [] : [`oldest since ${instant(status.oldest)}`]),
    ...(status.connections === null ? [] : [`${status.connections} connections`]),
    ...(status.why === null
      ? []
      : [`${status.why} (since ${status.since === null ? '?' : instant(status.since)})`]),
    ...(status.nextProbe === null ? [] : [`next probe ${instant(status.nextProbe)}`]),
  ].join('  ');
}
