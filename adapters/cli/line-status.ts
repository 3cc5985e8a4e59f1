import { onAnswers, onForwards } from '../../domain/mms/due.ts';
import type { Line } from '../../engine/serve/line.ts';
import type { ProjectionQueries } from '../store-sqlite/projections/answers.ts';

/** One route as `mm4 partners` shows it. Instants in milliseconds since 1970 UTC. */
export interface RouteStatus {
  readonly partner: string;
  readonly route: string;
  readonly server: string;
  readonly state: 'up' | 'down' | 'unknown';
  readonly since: number | null;
  readonly why: string | null;
  /** Null: no engine runs that could tell. */
  readonly connections: number | null;
  readonly nextProbe: number | null;
  readonly waiting: { readonly forwards: number; readonly answers: number };
  readonly oldest: number | null;
}

/** What a running engine knows of its lines, with what waits for them. */
export async function lineStatus(
  lines: readonly Line[],
  projections: ProjectionQueries,
): Promise<readonly RouteStatus[]> {
  const waiting = new Map((await projections.waiting()).map((row) => [row.on, row]));
  return lines.map((line) => {
    const health = line.health();
    const { route, partner } = line;
    const forwards = waiting.get(onForwards(route.account));
    const answers = waiting.get(onAnswers(route.account));
    const oldest = [forwards?.oldest, answers?.oldest].filter((at) => at !== undefined);
    const down = health.state === 'down' ? health : null;
    return {
      partner: partner.name,
      route: route.account,
      server: `${route.server.host}:${route.server.port}`,
      state: health.state,
      since: down?.since ?? null,
      why: down === null ? null : `${down.failure.at}: ${down.failure.why}`,
      connections: health.connections,
      nextProbe: down?.nextProbe ?? null,
      waiting: { forwards: forwards?.waiting ?? 0, answers: answers?.waiting ?? 0 },
      oldest: oldest.length === 0 ? null : Math.min(...oldest),
    };
  });
}
