import * as E from 'fp-ts/lib/Either.js';
import type { FastifyReply } from 'fastify';

import type { EngineStatus } from '../options.ts';

/** Who does it and why, in every act's body. */
export const handProperties = {
  by: { type: 'string', minLength: 1, maxLength: 100, description: 'Who does it.' },
  why: { type: 'string', minLength: 1, maxLength: 500, description: 'Why; it goes into the event.' },
} as const;

/**
 * Sends what came of it. While the store does not work nothing can be done, whatever else is wrong: 503, and it may be tried again.
 *
 * @param refusal the status of a refusal: 404 if the request named something that is not there, 409 if it cannot be done as things are
 */
export async function answer<A>(
  reply: FastifyReply,
  { notReady }: EngineStatus,
  refusal: 404 | 409,
  outcome: E.Either<string, A>,
  send: (value: A) => FastifyReply,
): Promise<FastifyReply> {
  if (E.isRight(outcome)) return send(outcome.right);
  const status = (await notReady()) === null ? refusal : 503;
  return reply.code(status).send({ error: outcome.left });
}

export function noSuchPartner(reply: FastifyReply, name: string): FastifyReply {
  return reply.code(404).send({ error: `there is no partner "${name}" in the configuration` });
}
