import type { Registry } from 'prom-client';

import { allForwards, onAcks, onAnswers, onHeld, onLease, onParked } from '../../domain/mms/due.ts';
import type { Clock, Disk } from '../../domain/ports.ts';
import type { OpenWork } from '../../engine/context.ts';
import type { Engine } from '../../engine/engine.ts';
import { answerRule } from '../../engine/limits/answer-watch.ts';
import type { Line } from '../../engine/serve/line.ts';
import type { Counts } from './counts.ts';
import { nodeGauges, routeGauges, type RouteGauges } from './gauges.ts';

/** What is not counted as it happens, but looked at when somebody asks. */
export interface Sources {
  readonly clock: Clock;
  readonly engine: Pick<Engine, 'lines' | 'pauseOf' | 'bytesInFlight' | 'diskProblem'>;
  readonly openWork: Pick<OpenWork, 'waiting'>;
  readonly disk: Disk;
  readonly connectionsIn: () => number;
  /** Syncs of the content store so far. */
  readonly syncs: () => { readonly segments: number; readonly keys: number };
}

type Waiting = Awaited<ReturnType<OpenWork['waiting']>>;
type Pause = ReturnType<Engine['pauseOf']>;

/** Brings the gauges up to date when called. What cannot be looked at has no value until it can be again. Never rejects. */
export function readings(registry: Registry, counts: Counts, sources: Sources): () => Promise<void> {
  const ofRoutes = routeGauges(registry);
  const ofNode = nodeGauges(registry);
  const { clock, engine } = sources;

  /** Null: not now. */
  const read = async <A>(of: string, looking: Promise<A>): Promise<A | null> => {
    try {
      return await looking;
    } catch {
      ofNode.failures.inc({ of });
      return null;
    }
  };

  const setNode = (waiting: Waiting | null, free: number | null): void => {
    ofNode.bytesInFlight.set(engine.bytesInFlight());
    ofNode.connections.set(sources.connectionsIn());
    ofNode.diskFull.set(engine.diskProblem() === null ? 0 : 1);
    ofNode.syncs.reset();
    const syncs = sources.syncs();
    for (const file of ['segments', 'keys'] as const) ofNode.syncs.inc({ file }, syncs[file]);
    for (const gauge of [ofNode.diskFree, ofNode.parked, ofNode.claims]) gauge.remove();
    if (free !== null) ofNode.diskFree.set(free);
    if (waiting === null) return;
    ofNode.parked.set(total(waiting.filter(({ on }) => on === onParked)));
    ofNode.claims.set(total(waiting.filter(({ on }) => on.startsWith(onLease('')))));
  };

  return async () => {
    // All is looked at first and then set in one turn, so that two who ask at the same time get no half of it.
    const [waiting, free] = await Promise.all([
      read('waiting', sources.openWork.waiting()),
      read('disk', sources.disk.free()),
    ]);
    for (const gauge of Object.values(ofRoutes)) gauge.reset();
    for (const line of engine.lines()) {
      counts.expect(line.partner.name, line.route.account);
      setHealth(ofRoutes, line);
      setBinding(ofRoutes, line, engine.pauseOf(line.partner.name), waiting);
      if (waiting !== null) setWaiting(ofRoutes, line, waiting, clock.now());
    }
    setNode(waiting, free);
  };
}

function setHealth(gauges: RouteGauges, { partner, route, health }: Line): void {
  const { state, connections } = health();
  gauges.up.set({ partner: partner.name, route: route.account }, state === 'down' ? 0 : 1);
  gauges.connections.set({ route: route.account }, connections);
}

function setBinding(gauges: RouteGauges, line: Line, pause: Pause, waiting: Waiting | null): void {
  const [partner, route] = [line.partner.name, line.route.account];
  const binding = bindingOf(line, pause, waiting ?? []);
  for (const reason of ['up', 'down', 'paused', 'rate'])
    gauges.binding.set({ partner, route, reason }, reason === binding ? 1 : 0);
  const byRule = pause?.by === answerRule;
  gauges.paused.set({ partner, by: 'rule' }, byRule ? 1 : 0);
  gauges.paused.set({ partner, by: 'operator' }, pause !== null && !byRule ? 1 : 0);
}

/** What holds back most comes first. A rate holds nobody back where nobody waits. */
function bindingOf(line: Line, pause: Pause, waiting: Waiting): string {
  if (line.health().state === 'down') return 'down';
  if (pause !== null) return 'paused';
  const forwards = allForwards(line.route.account);
  return line.isPaced() && waiting.some(({ on }) => forwards.includes(on)) ? 'rate' : 'up';
}

function setWaiting(gauges: RouteGauges, line: Line, waiting: Waiting, now: number): void {
  const route = line.route.account;
  const kinds = {
    forwards: allForwards(route),
    answers: [onAnswers(route)],
    res: [onAcks(route)],
    held: [onHeld(route)],
  };
  for (const [what, ons] of Object.entries(kinds)) {
    const rows = waiting.filter(({ on }) => ons.includes(on));
    gauges.waiting.set({ route, what }, total(rows));
    // A RES is not served by us: its instant is that of its time-out.
    if (what === 'res') continue;
    const oldest = Math.min(now, ...rows.map((row) => row.oldest));
    gauges.oldest.set({ route, what }, (now - oldest) / 1_000);
  }
}

function total(rows: Waiting): number {
  return rows.reduce((sum, { waiting }) => sum + waiting, 0);
}
