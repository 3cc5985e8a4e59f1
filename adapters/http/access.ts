import type { FastifyInstance, FastifyRequest } from 'fastify';

import { isLoopback, parseIp } from '../../domain/routing/ip.ts';
import type { PasswordComparison } from '../../engine/context.ts';

/** What a load balancer asks without a token. */
const open: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/**
 * Who may come in. With a token: whoever has it. Without: programs on this machine, and no web page that a browser on this machine
 * shows, be it by its own name for 127.0.0.1 (DNS rebinding) or by a form that it posts.
 */
export function guardAccess(app: FastifyInstance, token: string, samePassword: PasswordComparison): void {
  app.addHook('onRequest', async (request, reply) => {
    if (token === '') {
      const why = notFromHere(request);
      if (why !== null) await reply.code(403).send({ error: why });
    } else if (!open.has(request.routeOptions.url ?? '') && !samePassword(bearer(request), token)) {
      const error = 'give the token of http.token as a bearer token';
      await reply.code(401).header('WWW-Authenticate', 'Bearer').send({ error });
    }
  });
}

function bearer({ headers }: FastifyRequest): string {
  return /^Bearer +(.*)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
}

/** Null: it may come in without a token. */
function notFromHere({ headers }: FastifyRequest): string | null {
  const { host = '', origin } = headers;
  if (!isLocalName(host)) {
    return 'without http.token only this machine is served: ask 127.0.0.1, ::1 or localhost, or set a token';
  }
  return origin === undefined || origin === `http://${host}`
    ? null
    : 'without http.token no page of another site is served: set a token, and send it';
}

/** @param host name or address, IPv6 in brackets, and port */
function isLocalName(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const address = parseIp(name);
  return address === null ? name.toLowerCase() === 'localhost' : isLoopback(address);
}
