import type { FastifyInstance } from 'fastify';

import type { Hand, Reason } from '../../../engine/operator/operator.ts';
import type { EngineStatus, Operation } from '../options.ts';
import {
  instant,
  instantSchema,
  maybeInstant,
  maybeInstantSchema,
  maybeTextSchema,
  responses,
} from '../schemas.ts';
import { answer, handProperties } from './hand.ts';

interface AttachBody extends Hand {
  readonly uid?: string | null;
}

const tags = ['operator'];

const reasonsSchema = {
  type: 'object',
  required: ['reasons'],
  properties: {
    reasons: {
      type: 'array',
      items: {
        type: 'object',
        required: ['what', 'since', 'next', 'until', 'binds', 'configPath', 'last'],
        properties: {
          what: { type: 'string' },
          since: instantSchema,
          next: { ...maybeInstantSchema, description: 'Null: an operator has to act.' },
          until: { ...maybeInstantSchema, description: 'When it is given up; null: never.' },
          binds: { type: 'string' },
          configPath: { ...maybeTextSchema, description: 'The key of the configuration that binds.' },
          last: { ...maybeTextSchema, description: 'The last SMTP reply, RES or failure heard.' },
        },
      },
    },
  },
  examples: [
    {
      reasons: [
        {
          what: 'forward leg 1 by op-b-out',
          since: '2026-11-24T10:00:00.000Z',
          next: '2026-11-24T10:00:30.000Z',
          until: '2026-11-26T10:00:00.000Z',
          binds: 'the route is down',
          configPath: 'partners[1].routes[0].server',
          last: 'connect ECONNREFUSED',
        },
      ],
    },
  ],
} as const;

/** What an operator asks and does when something does not move: why, giving an orphan to its message, another configuration. */
export function troubleRoutes(app: FastifyInstance, operation: Operation, status: EngineStatus): void {
  whyRoute(app, operation, status);
  attachRoute(app, operation, status);
  reloadRoute(app, operation, status);
}

function whyRoute(app: FastifyInstance, { operator }: Operation, status: EngineStatus): void {
  const subject = { type: 'string', minLength: 1, maxLength: 300 };
  app.get<{ Querystring: { readonly subject: string } }>(
    '/operator/why',
    {
      schema: {
        tags,
        summary: 'Why a message or a partner does not move, as far as the running engine knows.',
        querystring: {
          type: 'object',
          additionalProperties: false,
          required: ['subject'],
          properties: { subject: { ...subject, description: 'A message by any of its ids, or a partner.' } },
        },
        response: responses({ 200: reasonsSchema }),
      },
    },
    async (request, reply) => {
      const outcome = await operator.why(request.query.subject);
      return answer(reply, status, 404, outcome, (reasons) =>
        reply.send({ reasons: reasons.map(reasonView) }),
      );
    },
  );
}

function reasonView(reason: Reason): object {
  const { since, next, until } = reason;
  return { ...reason, since: instant(since), next: maybeInstant(next), until: maybeInstant(until) };
}

function attachRoute(app: FastifyInstance, { operator }: Operation, status: EngineStatus): void {
  const body = {
    type: 'object',
    additionalProperties: false,
    required: ['by', 'why'],
    properties: {
      ...handProperties,
      uid: { ...maybeTextSchema, description: 'The message; left out: the one its ids lead to by now.' },
    },
    examples: [{ by: 'ann', why: 'the partner renamed it' }],
  };
  const attached = {
    type: 'object',
    required: ['stream'],
    properties: { stream: { type: 'string', description: "The message's stream." } },
    examples: [{ stream: 'mms-6ba7b810-9dad-51d1-80b4-00c04fd430c8' }],
  };
  app.post<{ Params: { readonly stream: string }; Body: AttachBody }>(
    '/operator/orphans/:stream/attach',
    {
      schema: {
        tags,
        summary: 'Gives an orphan to its message.',
        params: { type: 'object', properties: { stream: { type: 'string' } } },
        body,
        response: responses({ 200: attached }),
      },
    },
    async (request, reply) => {
      const { uid = null, by, why } = request.body;
      const outcome = await operator.attach(request.params.stream, uid, { by, why });
      return answer(reply, status, 409, outcome, (stream) => reply.send({ stream }));
    },
  );
}

function reloadRoute(app: FastifyInstance, { reload }: Operation, status: EngineStatus): void {
  if (reload === undefined) return;
  const body = {
    type: 'object',
    additionalProperties: false,
    required: ['by'],
    properties: { by: handProperties.by },
    examples: [{ by: 'ann' }],
  };
  const reloaded = {
    type: 'object',
    required: ['digest', 'changes'],
    properties: {
      digest: { type: 'string', description: 'Of the configuration now in force.' },
      changes: { type: 'array', items: { type: 'string' } },
    },
    examples: [{ digest: 'e3b0c442', changes: ['partners[1].routes[0].rate: 10/s, was 5/s'] }],
  };
  app.post<{ Body: { readonly by: string } }>(
    '/operator/reload',
    {
      schema: {
        tags,
        summary: 'Reads the configuration again and takes it into force, whole or not at all.',
        body,
        response: responses({ 200: reloaded }),
      },
    },
    async (request, reply) =>
      answer(reply, status, 409, await reload(request.body.by), (done) => reply.send(done)),
  );
}
