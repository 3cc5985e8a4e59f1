import * as E from 'fp-ts/lib/Either.js';
import type { FastifyInstance, FastifyReply } from 'fastify';

import type { MailboxOptions } from '../options.ts';
import { responses } from '../schemas.ts';
import { attachmentNamed, contentTypeHeader } from './content-headers.ts';
import { answer, handsetOf, messageParams, numberOf, type MessageParams } from './subscriber.ts';

interface PartParams extends MessageParams {
  /** From 1. */
  readonly n: number;
}

const tags = ['mailbox'];
const anyContent = { content: { '*/*': { schema: { type: 'string', format: 'binary' } } } };

/** The content of a message, whole or part by part. Whoever gets it has fetched it: from then on the message counts as delivered. */
export function contentRoutes(app: FastifyInstance, { handsets, gateway }: MailboxOptions): void {
  app.get<{ Params: MessageParams }>(
    '/mailbox/:number/messages/:uid/content',
    {
      schema: {
        tags,
        summary: 'The whole body as it came, under its own Content-Type. Fetches the message.',
        params: messageParams,
        response: responses({ 200: anyContent }),
      },
    },
    async (request, reply) => {
      const { uid } = request.params;
      const retrieved = await handsets.retrieve(handsetOf(request, gateway), uid);
      return answer(reply, retrieved, ({ contentType, body }) =>
        sendContent(reply, contentType, `${uid}.mime`, body),
      );
    },
  );

  const n = { type: 'integer', minimum: 1, description: 'Which part; the first is 1.' };
  const partParams = { type: 'object', properties: { ...messageParams.properties, n } };
  app.get<{ Params: PartParams }>(
    '/mailbox/:number/messages/:uid/parts/:n',
    {
      schema: {
        tags,
        summary: 'One part, its transfer encoding undone, under its own type. Fetches the message.',
        params: partParams,
        response: responses({ 200: anyContent }),
      },
    },
    async (request, reply) => {
      const { uid, n: which } = request.params;
      // A part that is not there must not count as fetching the message.
      const entry = await handsets.look(numberOf(request), uid);
      if (E.isRight(entry) && which > entry.right.parts.length) return noSuchPart(reply);
      const retrieved = await handsets.retrieve(handsetOf(request, gateway), uid);
      return answer(reply, retrieved, ({ parts }) => {
        const part = parts[which - 1];
        return part === undefined
          ? noSuchPart(reply)
          : sendContent(reply, part.type, part.name ?? `part-${which}`, part.bytes);
      });
    },
  );
}

function noSuchPart(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ error: 'the message has no such part; the first is 1' });
}

/** It came from a stranger: a browser may store it, and neither guess its type nor run it. */
function sendContent(
  reply: FastifyReply,
  contentType: string,
  fileName: string,
  bytes: Uint8Array,
): FastifyReply {
  return reply
    .header('Content-Type', contentTypeHeader(contentType))
    .header('X-Content-Type-Options', 'nosniff')
    .header('Content-Disposition', attachmentNamed(fileName))
    .header('Content-Security-Policy', "default-src 'none'; sandbox")
    .header('Cache-Control', 'no-store')
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
}
