import * as E from 'fp-ts/lib/Either.js';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { parseAddress } from '../../../domain/mm4/address.ts';
import type { Handset, HandsetProblem } from '../../../engine/handsets/handsets.ts';

/** The number in the path, as it may be written: `+447700900401`, `447700900401`, `00447700900401`, or a short code. */
export const numberSchema = {
  type: 'string',
  pattern: '^(\\+|00)?[1-9][0-9]{2,14}$',
  description: 'The subscriber: `+447700900401`, or without the plus sign.',
} as const;

export const uidSchema = { type: 'string', maxLength: 200, description: 'Of a message.' } as const;

export const messageParams = {
  type: 'object',
  properties: { number: numberSchema, uid: uidSchema },
} as const;

export interface NumberParams {
  readonly number: string;
}

export interface MessageParams extends NumberParams {
  readonly uid: string;
}

/** The number of the path in normal form. */
export function numberOf({ params }: { readonly params: NumberParams }): string {
  return parseAddress(params.number).value;
}

/** Who acts: whom the path names, from where the request comes. */
export function handsetOf(
  request: { readonly params: NumberParams } & Pick<FastifyRequest, 'ip'>,
  gateway: string,
): Handset {
  return { number: numberOf(request), gateway, address: request.ip };
}

const statusCodes: Readonly<Record<HandsetProblem['kind'], number>> = {
  malformed: 400,
  'not-allowed': 403,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  'too-big': 413,
  unavailable: 503,
};

/** Sends what came of it, or the problem under its status. */
export function answer<A>(
  reply: FastifyReply,
  outcome: E.Either<HandsetProblem, A>,
  send: (value: A) => FastifyReply,
): FastifyReply {
  if (E.isRight(outcome)) return send(outcome.right);
  const { kind, message } = outcome.left;
  return reply.code(statusCodes[kind]).send({ error: message });
}
