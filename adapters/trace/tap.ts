import type { Partner } from '../../domain/partner.ts';
import type { TraceHub } from './hub.ts';

type Tap = (from: 'us' | 'peer', text: string) => void;

/** The lines of each session to a route go to whoever follows its partner. */
export function tapInto(traces: TraceHub, partners: readonly Partner[]): (route: string) => Tap {
  const partnerOf = new Map(
    partners.flatMap(({ name, routes }) => routes.map(({ account }) => [account, name] as const)),
  );
  let sessions = 0;
  return (route) => {
    sessions += 1;
    const connection = `${route}-${sessions}`;
    const partner = partnerOf.get(route) ?? '';
    return (from, text) => {
      if (traces.isHeard()) traces.tell({ partner, direction: 'out', route, connection, from, text });
    };
  };
}
