import { sha256 } from '../pdu.ts';
import type { Books, Committed, Problem } from './books.ts';

/** The chain of hashes of each stream, worked out anew from the stored bytes. */
export function chainProblems({ streams }: Books): readonly Problem[] {
  return [...streams].flatMap(([name, events]) => brokenAt(name, events));
}

function brokenAt(name: string, events: readonly Committed[]): readonly Problem[] {
  let previous = sha256(name);
  for (const { revision, event, id, data, metadata } of events) {
    const hash = /,"hash":"([0-9a-f]{64})"\}$/.exec(metadata)?.[1];
    const plain = metadata.replace(/,"hash":"[0-9a-f]{64}"\}$/, '}');
    const pieces = [previous, name, String(revision), event.type, id, data, plain];
    const expected = sha256(pieces.map((piece) => `${Buffer.byteLength(piece)}:${piece}`).join(''));
    if (hash !== expected)
      return [{ promise: 'hash chains verify', what: `${name}: the chain breaks at revision ${revision}` }];
    previous = hash;
  }
  return [];
}
