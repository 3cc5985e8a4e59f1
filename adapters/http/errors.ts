import type { FastifyError, FastifyInstance, FastifySchemaValidationError } from 'fastify';

import type { Log } from '../../engine/context.ts';

/** A request that cannot be served, for a reason the client can do something about. */
export class RequestError extends Error {
  readonly statusCode: number;
  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** Every error is `{ "error": … }`. Our own are logged, by route and never by path, in which phone numbers stand. */
export function answerErrors(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'nothing is served here: GET /openapi.json says what is' }),
  );
  app.setErrorHandler<FastifyError>((error, { method, routeOptions }, reply) => {
    const { statusCode = 500 } = error;
    if (statusCode >= 400 && statusCode < 500) return reply.code(statusCode).send({ error: error.message });
    const route = `${method} ${routeOptions.url ?? ''}`;
    log.error({ route, error: error.stack ?? error.message }, 'answering a request failed');
    return reply.code(500).send({ error: 'this went wrong here: the log of the engine says more' });
  });
}

/** The first thing that does not fit a schema, in a sentence. */
export function describeInvalid(errors: FastifySchemaValidationError[], part: string): Error {
  const [first] = errors;
  if (first === undefined) return new Error(`${part} is not valid`);
  const { keyword, params, instancePath, message = 'is not valid' } = first;
  const where = `${part}${instancePath}`;
  switch (keyword) {
    case 'additionalProperties':
      return new Error(`${where} has "${String(params['additionalProperty'])}", which is not known here`);
    case 'enum':
      return new Error(`${where} must be one of ${listed(params['allowedValues'])}`);
    case 'discriminator':
      return new Error(`${where} must say in "${String(params['tag'])}" what to do`);
    default:
      return new Error(`${where} ${message}`);
  }
}

function listed(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(', ') : '';
}
