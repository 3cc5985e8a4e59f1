import * as E from 'fp-ts/lib/Either.js';

import { sha256 } from './hash.ts';
import type { StoredEvent } from './ports.ts';

/**
 * The hash chain of a stream: each event's metadata ends in a hash over the hash before it and everything the event says. Whoever
 * changes, drops or inserts an event breaks all that follow.
 */
export type Sealed = Pick<StoredEvent, 'stream' | 'revision' | 'type' | 'id' | 'data'>;

/** What stands before the first event: the hash of the stream's name. */
export function genesisHash(stream: string): string {
  return sha256(stream);
}

/** The metadata text with the hash as its last member, so that the text without it can be had back byte for byte. */
export function sealMetadata(previous: string, event: Sealed, metadata: string): string {
  return `${metadata.slice(0, -1)},"hash":"${hashEvent(previous, event, metadata)}"}`;
}

const tail = /,"hash":"([0-9a-f]{64})"\}$/;

/** The hash that a sealed metadata text ends in; empty if it has none. */
export function hashOf(metadata: string): string {
  return tail.exec(metadata)?.[1] ?? '';
}

export interface ChainBreak {
  readonly stream: string;
  readonly revision: number;
  readonly message: string;
}

/** Recomputes a whole stream's chain; the last hash, or where it breaks first. */
export function verifyChain(stream: string, events: readonly StoredEvent[]): E.Either<ChainBreak, string> {
  let previous = genesisHash(stream);
  for (const [index, event] of events.entries()) {
    const { revision } = event;
    if (revision !== index)
      return broken(stream, index, `revision ${revision} stands where ${index} belongs`);
    const hash = hashOf(event.metadata);
    if (hash !== hashEvent(previous, event, event.metadata.replace(tail, '}'))) {
      return broken(stream, revision, 'its hash does not follow from what it says and what went before');
    }
    previous = hash;
  }
  return E.right(previous);
}

/** Each piece goes in with its length, so that no two different events give the same bytes. */
function hashEvent(previous: string, event: Sealed, metadata: string): string {
  const { stream, revision, type, id, data } = event;
  const pieces = [previous, stream, String(revision), type, id, data, metadata];
  return sha256(...pieces.map((piece) => `${Buffer.byteLength(piece)}:${piece}`));
}

function broken(stream: string, revision: number, message: string): E.Either<ChainBreak, never> {
  return E.left({ stream, revision, message });
}
