import * as E from 'fp-ts/lib/Either.js';

import { canonicalJson, digestOf, withoutSecrets } from '../domain/configuration-digest.ts';
import type { Configuration } from '../domain/configuration.ts';
import { appendSurely } from './append.ts';
import { emptyTip, sealBatch } from './batch.ts';
import type { Context } from './context.ts';

/**
 * The whole configuration in force, without secrets, is a stream of one event named by its digest: events carry the digest, so
 * that a dispute can see the rules of the day. Recording it twice finds it there already. Left: the store does not take it now.
 */
export async function recordConfiguration(
  context: Context,
  configuration: Configuration,
): Promise<E.Either<string, void>> {
  const stream = `config-${digestOf(configuration)}`;
  const data = canonicalJson({ configuration: withoutSecrets(configuration) });
  const cause = {
    correlation: stream,
    causation: 'start',
    actor: 'engine',
    occurredAt: context.clock.now(),
  } as const;
  const draft = { type: 'ConfigurationInForce', version: 1, data };
  const batch = sealBatch(context, stream, emptyTip(stream), [draft], cause, null);
  const appended = await appendSurely(context, stream, 'no-stream', batch.events);
  return E.isLeft(appended) && appended.left.kind !== 'conflict'
    ? E.left(`the store does not take the configuration: ${appended.left.message}`)
    : E.right(undefined);
}
