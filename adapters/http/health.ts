import type { FastifyInstance } from 'fastify';

import type { EngineStatus } from './options.ts';
import { responses } from './schemas.ts';

const ready = {
  type: 'object',
  description: 'Ready to work.',
  required: ['status'],
  properties: { status: { type: 'string', enum: ['ready'] } },
  examples: [{ status: 'ready' }],
} as const;

const notReady = {
  type: 'object',
  description: 'Not ready.',
  required: ['status', 'why'],
  properties: { status: { type: 'string', enum: ['not ready'] }, why: { type: 'string' } },
  examples: [{ status: 'not ready', why: "the store's writer is gone" }],
} as const;

const alive = {
  type: 'object',
  description: 'It runs.',
  required: ['status'],
  properties: { status: { type: 'string', enum: ['ok'] } },
  examples: [{ status: 'ok' }],
} as const;

const tags = ['health'];

/** `/healthz` (the process runs), `/readyz` (store and disk take work), `/partners` (for `mm4 partners`), `/metrics` (for Prometheus). */
export function healthRoutes(app: FastifyInstance, status: EngineStatus): void {
  app.get(
    '/healthz',
    { schema: { tags, summary: 'The process runs.', security: [], response: { 200: alive } } },
    () => ({ status: 'ok' }),
  );

  const readiness = { 200: ready, 503: notReady };
  app.get(
    '/readyz',
    { schema: { tags, summary: 'The store takes work.', security: [], response: readiness } },
    async (_request, reply) => {
      const why = await status.notReady();
      return why === null ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', why });
    },
  );

  const routes = { type: 'array', items: { type: 'object', additionalProperties: true } };
  app.get(
    '/partners',
    {
      schema: {
        tags,
        summary: 'Each route: is it up, how much waits for it, since when, and the last error.',
        response: responses({ 200: routes }),
      },
    },
    () => status.partners(),
  );

  const { metrics } = status;
  if (metrics === undefined) return;
  const counters = { content: { 'text/plain': { schema: { type: 'string' } } } };
  app.get(
    '/metrics',
    { schema: { tags, summary: 'Counters, for Prometheus.', response: responses({ 200: counters }) } },
    async (_request, reply) => {
      const { contentType, text } = await metrics();
      return reply.header('Content-Type', contentType).send(text);
    },
  );
}
