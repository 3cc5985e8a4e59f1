import multipart from '@fastify/multipart';
import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';

import { guardAccess } from './access.ts';
import { answerErrors, describeInvalid } from './errors.ts';
import { healthRoutes } from './health.ts';
import { contentRoutes } from './mailbox/content.ts';
import { messageRoutes } from './mailbox/messages.ts';
import { submitRoute } from './mailbox/submit.ts';
import { describeApi } from './openapi.ts';
import { commandRoutes } from './operator/commands.ts';
import { partnerRoutes } from './operator/partners.ts';
import { troubleRoutes } from './operator/trouble.ts';
import { traceRoute } from './operator/trace.ts';
import type { HttpServerOptions } from './options.ts';

/** A request, headers and body, has to be there after so many ms. */
const requestTimeout = 120_000;
/** How long a stop waits for answers in progress, ms. */
const grace = 10_000;
/** Octets of a body that carries no content. */
const plainBody = 64 * 1024;

export interface HttpServer {
  readonly port: number;
  /** Takes no more requests, ends traces, and waits a little for answers in progress. */
  close(): Promise<void>;
}

/** Serves health, the mailbox of our own subscribers, and the operator's API. Rejects when the address cannot be listened on. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const app = await application(options);
  await app.listen({ host: options.listen.host, port: options.listen.port });
  const address = app.server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.listen.port,
    close: async () => {
      const deadline = setTimeout(() => app.server.closeAllConnections(), grace);
      await app.close();
      clearTimeout(deadline);
    },
  };
}

async function application(options: HttpServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    requestTimeout,
    bodyLimit: plainBody,
    routerOptions: { maxParamLength: 300 },
    // A HEAD of content would count as fetching it.
    exposeHeadRoutes: false,
    ajv: {
      customOptions: {
        // What is not known is refused, not left out; forms and queries have texts for numbers.
        removeAdditional: false,
        coerceTypes: true,
        discriminator: true,
        allowUnionTypes: true,
      },
    },
    schemaErrorFormatter: describeInvalid,
    frameworkErrors: refuseUnreadable,
  });
  app.removeContentTypeParser('text/plain');
  answerErrors(app, options.log);
  leaveNoConnection(app);
  guardAccess(app, options.token, options.passwords);
  await app.register(multipart);
  await describeApi(app);
  addRoutes(app, options);
  await app.ready();
  return app;
}

/** While it closes, each answer in progress is the last on its connection; a client that keeps one would hold up the end. */
function leaveNoConnection(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('Connection', 'close');
    done(null, payload);
  });
}

/** A path that cannot be decoded gets no further than the router. */
function refuseUnreadable(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  void reply.code(400).send({ error: error.message });
}

function addRoutes(app: FastifyInstance, { status, mailbox, operation, clock }: HttpServerOptions): void {
  healthRoutes(app, status);
  if (mailbox !== undefined) {
    submitRoute(app, mailbox);
    messageRoutes(app, mailbox);
    contentRoutes(app, mailbox);
  }
  if (operation !== undefined) {
    commandRoutes(app, operation, status);
    partnerRoutes(app, operation, status, clock);
    troubleRoutes(app, operation, status);
    traceRoute(app, operation);
  }
}
