import { Readable } from 'node:stream';

import type { FastifyInstance } from 'fastify';

import type { Operation } from '../options.ts';
import { responses } from '../schemas.ts';
import { noSuchPartner } from './hand.ts';

/** Octets kept for a client that does not read; then lines are left out, and counted. */
const backlog = 1024 * 1024;

/** `GET /operator/trace/:partner`: the talk with a partner as it happens, a JSON text a line, until the client leaves or the server stops. */
export function traceRoute(app: FastifyInstance, { hasPartner, trace }: Operation): void {
  if (trace === undefined) return;
  const open = new Set<LineStream>();
  app.addHook('preClose', (done) => {
    for (const stream of open) stream.end();
    done();
  });

  const line = { type: 'string', description: 'Lines of JSON.' };
  app.get<{ Params: { readonly partner: string } }>(
    '/operator/trace/:partner',
    {
      schema: {
        tags: ['operator'],
        summary: 'The talk with a partner as it happens, until you leave.',
        params: { type: 'object', properties: { partner: { type: 'string' } } },
        response: responses({ 200: { content: { 'application/x-ndjson': { schema: line } } } }),
      },
    },
    ({ params: { partner } }, reply) => {
      if (!hasPartner(partner)) return noSuchPartner(reply, partner);
      const stream = lineStream((onLine) => trace(partner, onLine), { tracing: partner });
      open.add(stream);
      stream.lines.once('close', () => open.delete(stream));
      return reply
        .headers({ 'Content-Type': 'application/x-ndjson', Connection: 'close' })
        .send(stream.lines);
    },
  );
}

interface LineStream {
  readonly lines: Readable;
  /** What was told is still sent; nothing more is. */
  end(): void;
}

/** @param first told at once, so that the client sees that it is connected */
function lineStream(start: (onLine: (line: object) => void) => () => void, first: object): LineStream {
  const lines = new Readable({ read: () => undefined });
  let ended = false;
  let leftOut = 0;
  const push = (line: object): void => {
    lines.push(`${JSON.stringify(line)}\n`);
  };
  push(first);
  const stop = start((line) => {
    if (ended) return;
    if (lines.readableLength > backlog) {
      leftOut += 1;
      return;
    }
    if (leftOut > 0) push({ leftOut });
    leftOut = 0;
    push(line);
  });
  const end = (): void => {
    if (ended) return;
    ended = true;
    stop();
    lines.push(null);
  };
  lines.once('close', end);
  return { lines, end };
}
