import { runningSha256 } from '../../../domain/hash.ts';
import { ContentError, type ContentFailure } from '../../../domain/ports.ts';
import type { Referred } from '../../../engine/retention/content-of.ts';
import { segmentKey } from '../../../engine/retention/dropped.ts';
import type { SegmentStore } from '../../content-segments/store.ts';
import type { Damage } from './stream.ts';

/** Checks content, one reference after the other, and counts. */
export interface ContentCheck {
  /** Unseals it whole; null: it is as it was kept, or was meant to go. */
  check(place: string, referred: Referred): Promise<Damage | null>;
  readonly counts: { readonly whole: number; readonly erased: number; readonly damaged: number };
}

/** `dropped` gives the segments that are recorded as dropped, as they are now: the engine may drop one meanwhile. */
export function contentCheck(content: SegmentStore, dropped: () => ReadonlySet<string>): ContentCheck {
  const counts = { whole: 0, erased: 0, damaged: 0 };
  const missed = new Set<string>();
  let known: ReadonlySet<string> = new Set();

  const wasDropped = ({ ref }: Referred): boolean => {
    const segment = content.segmentOf(ref);
    if (segment === null) return false;
    if (!known.has(segmentKey(segment))) known = dropped();
    return known.has(segmentKey(segment));
  };

  /** A file that is missing is named once, not for each thing that was in it. */
  const missing = (referred: Referred): string | null => {
    const file = content.missingFile(referred.ref);
    return file === null || wasDropped(referred) ? null : file;
  };

  return {
    counts,
    check: async (place, referred) => {
      const found = await outcome(content, referred);
      if (found === 'whole') {
        counts.whole += 1;
        return null;
      }
      const isGone = typeof found !== 'string' && found.kind === 'erased';
      const file = isGone ? missing(referred) : null;
      if (isGone && file === null) {
        counts.erased += 1;
        return null;
      }
      counts.damaged += 1;
      if (file === null) return { place, what: typeof found === 'string' ? found : found.message };
      if (missed.has(file)) return null;
      missed.add(file);
      return { place: file, what: `it is missing, and ${place} needs it; restore it from a backup` };
    },
  };
}

async function outcome(
  content: SegmentStore,
  { ref, sha256 }: Referred,
): Promise<'whole' | ContentFailure | `content ${string}`> {
  const hash = runningSha256();
  try {
    for await (const chunk of content.read(ref)) hash.update(chunk);
  } catch (error) {
    if (error instanceof ContentError) return error.failure;
    throw error;
  }
  return sha256 === null || hash.digest('hex') === sha256
    ? 'whole'
    : `content ${ref} has another digest than the event says; restore events.db and the segment from one backup`;
}
