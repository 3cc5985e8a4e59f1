import type { FastifyInstance } from 'fastify';

import type { Clock } from '../../../domain/ports.ts';
import type { Hand } from '../../../engine/operator/operator.ts';
import { RequestError } from '../errors.ts';
import type { EngineStatus, Operation } from '../options.ts';
import { maybeInstant, maybeInstantSchema, responses } from '../schemas.ts';
import { answer, handProperties, noSuchPartner } from './hand.ts';

interface PartnerParams {
  readonly name: string;
}

interface PauseBody extends Hand {
  /** Milliseconds. */
  readonly forMs?: number;
  /** ISO 8601. */
  readonly until?: string;
}

const tags = ['operator'];
const params = { type: 'object', properties: { name: { type: 'string' } } } as const;

const pauseBody = {
  type: 'object',
  additionalProperties: false,
  required: ['by', 'why'],
  properties: {
    ...handProperties,
    forMs: { type: 'integer', minimum: 1, maximum: 31_536_000_000, description: 'Milliseconds from now.' },
    until: { type: 'string', format: 'date-time', description: 'With neither it is paused for good.' },
  },
  examples: [{ by: 'ann', why: 'billing dispute', forMs: 3_600_000 }],
} as const;

const pausedSchema = {
  type: 'object',
  required: ['until'],
  properties: { until: { ...maybeInstantSchema, description: 'Null: until it is resumed.' } },
  examples: [{ until: '2026-11-24T11:00:00.000Z' }],
} as const;

const resumeBody = {
  type: 'object',
  additionalProperties: false,
  required: ['by', 'why'],
  properties: handProperties,
  examples: [{ by: 'ann', why: 'settled' }],
} as const;

/** Pausing a partner: it gets no new forwards, RES and reports go on. */
export function partnerRoutes(
  app: FastifyInstance,
  { operator, hasPartner }: Operation,
  status: EngineStatus,
  clock: Clock,
): void {
  app.post<{ Params: PartnerParams; Body: PauseBody }>(
    '/operator/partners/:name/pause',
    {
      schema: {
        tags,
        summary: 'No new forwards to this partner, for a time or for good.',
        params,
        body: pauseBody,
        response: responses({ 200: pausedSchema }),
      },
    },
    async ({ params: { name }, body }, reply) => {
      if (!hasPartner(name)) return noSuchPartner(reply, name);
      const until = endOf(body, clock.now());
      const paused = await operator.pause(name, until, { by: body.by, why: body.why });
      return answer(reply, status, 409, paused, () => reply.send({ until: maybeInstant(until) }));
    },
  );

  app.post<{ Params: PartnerParams; Body: Hand }>(
    '/operator/partners/:name/resume',
    {
      schema: {
        tags,
        summary: 'Forwards to this partner go on.',
        params,
        body: resumeBody,
        response: responses({ 204: { type: 'null', description: 'Done.' } }),
      },
    },
    async ({ params: { name }, body }, reply) => {
      if (!hasPartner(name)) return noSuchPartner(reply, name);
      return answer(reply, status, 409, await operator.resume(name, body), () => reply.code(204).send());
    },
  );
}

/** Null: for good. */
function endOf({ forMs, until }: PauseBody, now: number): number | null {
  if (forMs !== undefined && until !== undefined) {
    throw new RequestError(400, 'body must say either forMs or until, not both');
  }
  if (until === undefined) return forMs === undefined ? null : now + forMs;
  const at = Date.parse(until);
  if (Number.isNaN(at) || at <= now) {
    throw new RequestError(400, 'body/until must be in the future, for example 2026-11-24T11:00:00Z');
  }
  return at;
}
