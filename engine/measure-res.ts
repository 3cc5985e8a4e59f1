import type { AckReceived, AckTimedOut, MmsEvent, ReportAckReceived } from '../domain/mms/events.ts';
import type { MmsState } from '../domain/mms/state.ts';
import type { Context } from './context.ts';

type AboutRes = AckReceived | ReportAckReceived | AckTimedOut;

/**
 * Counts the RES among events that were just recorded, and those that failed to come.
 *
 * @param before the message as it was before these events
 * @param now milliseconds since 1970 UTC
 */
export function measureRes(
  { meters, routes }: Pick<Context, 'meters' | 'routes'>,
  before: MmsState,
  events: readonly MmsEvent[],
  now: number,
): void {
  for (const event of events) {
    if (!isAboutRes(event)) continue;
    const awaited = awaitedBy(before, event);
    if (awaited === null) continue;
    const { route, until } = awaited;
    if (event.type === 'AckTimedOut') {
      meters.resTimedOut(route);
    } else if (event.mark !== 'second' && event.mark !== 'contradicting') {
      // The wait began when it was sent, and was to last for the route's time-out.
      const timeout = routes.routes.get(route)?.route.ackTimeout;
      const isTimed = until !== null && timeout !== undefined && event.mark === undefined;
      const seconds = isTimed ? (now - (until - timeout)) / 1_000 : null;
      meters.resReceived(route, event.status.code, seconds);
    }
  }
}

function isAboutRes(event: MmsEvent): event is AboutRes {
  return event.type === 'AckReceived' || event.type === 'ReportAckReceived' || event.type === 'AckTimedOut';
}

/** The route that the RES was to come from, and until when it was waited for; null: no longer, or not yet. */
function awaitedBy(
  { legs, reports }: MmsState,
  event: AboutRes,
): { readonly route: string; readonly until: number | null } | null {
  if ('leg' in event) {
    const leg = legs[event.leg - 1];
    if (leg === undefined) return null;
    return { route: leg.route, until: leg.stage.kind === 'sent' ? leg.stage.ackUntil : null };
  }
  const report = reports.find(({ plan }) => plan.report === event.report);
  if (report === undefined) return null;
  const { stage, plan } = report;
  return { route: plan.route, until: stage.kind === 'awaiting-ack' ? stage.until : null };
}
