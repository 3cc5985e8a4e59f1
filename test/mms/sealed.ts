import * as E from 'fp-ts/lib/Either.js';
import assert from 'node:assert/strict';

import { genesisHash, hashOf, sealMetadata } from '../../domain/chain.ts';
import { encodeEvent, type decodeEvent } from '../../domain/mms/codec.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import type { Position, StoredEvent } from '../../domain/ports.ts';
import type { Data } from './made-up-versions.ts';

/** Events as they stand in a stream, and what comes of reading one. */

export const stream = 'mms-1';

interface Written {
  readonly type: string;
  readonly v: number;
  readonly data: Data;
}

/** Events sealed one after the other, as the engine does; writing to one of them throws. */
export function sealed(events: readonly Written[]): readonly StoredEvent[] {
  let hash = genesisHash(stream);
  return events.map(({ type, v, data }, revision) => {
    const plain = { stream, revision, id: `e-${revision}`, type, data: JSON.stringify(data) };
    const metadata = sealMetadata(hash, plain, JSON.stringify({ v, actor: 'smtp-in' }));
    hash = hashOf(metadata);
    return Object.freeze({ ...plain, metadata, position: String(revision) as Position });
  });
}

export const stored = (event: Written): StoredEvent => {
  const [only] = sealed([event]);
  assert.ok(only !== undefined);
  return only;
};

export function whole(read: ReturnType<typeof decodeEvent>): MmsEvent {
  assert.ok(E.isRight(read), JSON.stringify(read));
  return read.right;
}

export function refused(read: ReturnType<typeof decodeEvent>, why: RegExp): void {
  assert.ok(E.isLeft(read), 'it was guessed at');
  assert.equal(read.left.kind, 'unreadable');
  assert.match(read.left.message, why);
}

export const dataOf = (event: MmsEvent): Data => JSON.parse(encodeEvent(event)) as Data;
