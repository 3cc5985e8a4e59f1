import * as E from 'fp-ts/lib/Either.js';

import { canonicalJson, withoutSecrets } from '../domain/configuration-digest.ts';
import { appendSurely } from './append.ts';
import { emptyTip, sealBatch } from './batch.ts';
import { CannotStart } from './cannot-start.ts';
import type { Context } from './context.ts';

/**
 * The whole configuration in force, without secrets, is a stream of one event named by its digest: events carry the digest, so
 * that a dispute can see the rules of the day. Recording it twice finds it there already.
 */
export async function recordConfiguration(context: Context): Promise<void> {
  const stream = `config-${context.configurationDigest}`;
  const data = canonicalJson({ configuration: withoutSecrets(context.configuration) });
  const cause = {
    correlation: stream,
    causation: 'start',
    actor: 'engine',
    occurredAt: context.clock.now(),
  } as const;
  const draft = { type: 'ConfigurationInForce', version: 1, data };
  const batch = sealBatch(context, stream, emptyTip(stream), [draft], cause, null);
  const appended = await appendSurely(context, stream, 'no-stream', batch.events);
  if (E.isLeft(appended) && appended.left.kind !== 'conflict') {
    throw new CannotStart(`the store does not take the configuration in force: ${appended.left.message}`);
  }
}
