import type { FastifyInstance } from 'fastify';

import type { Hand, MessageCommand } from '../../../engine/operator/operator.ts';
import type { EngineStatus, Operation } from '../options.ts';
import { responses } from '../schemas.ts';
import { performBody, performedSchema, previewBody, previewSchema } from './command-schemas.ts';
import { answer } from './hand.ts';

const tags = ['operator'];

/** Commands on messages: what one would change, and doing it. */
export function commandRoutes(app: FastifyInstance, { operator }: Operation, status: EngineStatus): void {
  app.post<{ Body: MessageCommand }>(
    '/operator/preview',
    {
      schema: {
        tags,
        summary: 'How many messages a command would change now. Changes none.',
        body: previewBody,
        response: responses({ 200: previewSchema }),
      },
    },
    async (request, reply) =>
      answer(reply, status, 409, await operator.preview(request.body), (preview) => reply.send(preview)),
  );

  app.post<{ Body: MessageCommand & Hand }>(
    '/operator/perform',
    {
      schema: {
        tags,
        summary: 'Does it. Each message that changes gets an event with who and why.',
        body: performBody,
        response: responses({ 200: performedSchema }),
      },
    },
    async (request, reply) => {
      const { by, why, ...command } = request.body;
      const performed = await operator.perform(command, { by, why });
      return answer(reply, status, 409, performed, (done) => reply.send(done));
    },
  );
}
