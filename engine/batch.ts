import { genesisHash, sealMetadata, hashOf } from '../domain/chain.ts';
import type { Expected, NewEvent } from '../domain/ports.ts';
import type { Context } from './context.ts';

/** An event before it is sealed: its type, the JSON of its data, and the version of its schema. */
export interface Draft {
  readonly type: string;
  readonly version: number;
  readonly data: string;
}

/** Why a batch is appended. */
export interface Cause {
  /** The uid of the message, or the stream's own name. */
  readonly correlation: string;
  /** The PDU, timer or effect that led to it. */
  readonly causation: string;
  readonly actor: 'smtp-in' | 'handset' | 'worker' | 'clock' | 'operator' | 'engine';
  readonly occurredAt: number;
}

/** Where a stream stands: its last revision and hash. */
export interface Tip {
  readonly revision: Expected;
  readonly hash: string;
}

export function emptyTip(stream: string): Tip {
  return { revision: 'no-stream', hash: genesisHash(stream) };
}

/**
 * Fixes every byte of a batch before it is appended: ids, times, hash chain. Appending it again is then the same append, and
 * after a conflict it has to be decided and sealed anew. `owed`, the JSON of what the stream then owes, goes on the last event.
 */
export function sealBatch(
  context: Context,
  stream: string,
  tip: Tip,
  drafts: readonly Draft[],
  cause: Cause,
  owed: string | null,
): { readonly events: readonly NewEvent[]; readonly tip: Tip } {
  const shared =
    `"occurredAt":${cause.occurredAt},"recordedAt":${context.clock.now()},` +
    `"correlation":${JSON.stringify(cause.correlation)},"causation":${JSON.stringify(cause.causation)},` +
    `"actor":"${cause.actor}","node":${JSON.stringify(context.configuration.node.name)},` +
    `"incarnation":"${context.incarnation}","config":"${context.configurationDigest}"`;
  let { revision, hash } = tip;
  const events = drafts.map(({ type, version, data }, index): NewEvent => {
    revision = revision === 'no-stream' ? 0 : revision + 1;
    const id = context.randomness.uuid();
    const last = index === drafts.length - 1 && owed !== null ? `,"owed":${owed}` : '';
    const metadata = sealMetadata(
      hash,
      { stream, revision, type, id, data },
      `{"v":${version},${shared}${last}}`,
    );
    hash = hashOf(metadata);
    return { id, type, data, metadata };
  });
  return { events, tip: { revision, hash } };
}
