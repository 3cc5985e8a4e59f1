import type { Segment, StoredEvent } from '../../domain/ports.ts';

/**
 * Where it is recorded which segments were dropped because they were old, before they are: so that whoever misses one later knows
 * whether it was meant to go.
 */
export const retentionStream = 'retention-content';

export interface SegmentDropped {
  readonly type: 'SegmentDropped';
  readonly segment: Segment;
}

/** The segments that the stream says were dropped, as `segmentKey` names them. */
export function droppedSegments(events: readonly StoredEvent[]): ReadonlySet<string> {
  return new Set(
    events
      .filter(({ type }) => type === 'SegmentDropped')
      .map(({ data }) => segmentKey((JSON.parse(data) as SegmentDropped).segment)),
  );
}

export const segmentKey = ({ kind, name }: Segment): string => `${kind} ${name}`;
