import { allForwards, onAnswers, onHeld } from '../../domain/mms/due.ts';
import type { Line } from '../../engine/serve/line.ts';
import type { ProjectionQueries, WaitingRow } from '../store-sqlite/projections/answers.ts';

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
  readonly waiting: { readonly forwards: number; readonly answers: number; readonly held: number };
  readonly oldest: number | null;
}

/** What a running engine knows of its lines, with what waits for them. */
export async function lineStatus(
  lines: readonly Line[],
  projections: ProjectionQueries,
): Promise<readonly RouteStatus[]> {
  const rows = await projections.waiting();
  return lines.map((line) => {
    const health = line.health();
    const { route, partner } = line;
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
      ...backlogOf(rows, route.account),
    };
  });
}

/** What waits for a route, and since when. */
export function backlogOf(
  rows: readonly WaitingRow[],
  route: string,
): Pick<RouteStatus, 'waiting' | 'oldest'> {
  const of = (ons: readonly string[]): readonly WaitingRow[] => rows.filter(({ on }) => ons.includes(on));
  const count = (ons: readonly string[]): number => of(ons).reduce((sum, { waiting }) => sum + waiting, 0);
  const [forwards, answers, held] = [allForwards(route), [onAnswers(route)], [onHeld(route)]];
  const instants = of([...forwards, ...answers]).map(({ oldest }) => oldest);
  return {
    waiting: { forwards: count(forwards), answers: count(answers), held: count(held) },
    oldest: instants.length === 0 ? null : Math.min(...instants),
  };
}
