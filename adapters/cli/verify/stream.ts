import * as E from 'fp-ts/lib/Either.js';

import { verifyChain } from '../../../domain/chain.ts';
import { decodeEvent } from '../../../domain/mms/codec.ts';
import type { MmsEvent } from '../../../domain/mms/events.ts';
import type { StoredEvent } from '../../../domain/ports.ts';

/** Something that is not as it was written: where, and what an operator can do about it. */
export interface Damage {
  readonly place: string;
  readonly what: string;
}

/** An event that can be relied on, of a stream that holds a message or a PDU. */
export interface SoundEvent {
  readonly place: string;
  readonly event: MmsEvent;
}

export interface StreamFindings {
  readonly damage: readonly Damage[];
  /** Those before the first damage: what stands behind it may say anything. */
  readonly sound: readonly SoundEvent[];
}

const fromBackup = 'restore events.db from a backup';
const messageStreams = ['mms-', 'orphan-', 'refused-'];

/** Checks one stream: its hash chain, its revisions and positions, and that its events can be read. */
export function examineStream(stream: string, events: readonly StoredEvent[]): StreamFindings {
  const placeOf = (revision: number): string => `${stream}, revision ${revision}`;
  const chain = verifyChain(stream, events);
  const end = E.isLeft(chain) ? chain.left.revision : events.length;
  const damage: Damage[] = E.isLeft(chain)
    ? [{ place: placeOf(end), what: `${chain.left.message}; ${fromBackup}` }]
    : [];
  const sound: SoundEvent[] = [];
  for (const [index, stored] of events.slice(0, end).entries()) {
    const place = placeOf(index);
    const before = events[index - 1];
    if (before !== undefined && Number(before.position) >= Number(stored.position)) {
      damage.push({ place, what: `it stands in the feed before what went before it; ${fromBackup}` });
    }
    const read = readEvent(stored);
    if (E.isLeft(read)) damage.push({ place, what: read.left });
    else if (read.right !== null) sound.push({ place, event: read.right });
  }
  return { damage, sound };
}

/** Events of messages and PDUs are decoded; those of other streams have to be JSON. Null: one of these. */
function readEvent(stored: StoredEvent): E.Either<string, MmsEvent | null> {
  if (messageStreams.some((prefix) => stored.stream.startsWith(prefix))) {
    return E.mapLeft(({ message }: { readonly message: string }) => message)(decodeEvent(stored));
  }
  return E.tryCatch(
    () => {
      JSON.parse(stored.data);
      JSON.parse(stored.metadata);
      return null;
    },
    () => `the stored data or metadata of ${stored.type} is damaged; ${fromBackup}`,
  );
}
