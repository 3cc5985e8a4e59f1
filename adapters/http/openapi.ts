import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

/** Describes every route added after this, in OpenAPI 3.1 at `GET /openapi.json`. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'MM4 engine',
        version: '1',
        description: 'Mailboxes of our own subscribers, and what an operator may see and do.',
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: '`http.token`, where one is set' },
        },
      },
      security: [{ token: [] }],
      tags: [
        { name: 'health', description: 'How the engine is' },
        { name: 'mailbox', description: 'What a subscriber of ours sends and gets' },
        { name: 'operator', description: 'What an operator sees and does' },
      ],
    },
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
