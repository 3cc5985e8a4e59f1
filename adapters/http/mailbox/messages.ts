import type { FastifyInstance } from 'fastify';

import type { ReadStatus } from '../../../domain/mm4/pdu.ts';
import type { MailboxOptions } from '../options.ts';
import { responses } from '../schemas.ts';
import {
  answer,
  handsetOf,
  messageParams,
  numberOf,
  numberSchema,
  type MessageParams,
  type NumberParams,
} from './subscriber.ts';
import { entriesSchema, entrySchema, entryView, reportsSchema, reportView } from './views.ts';

interface ListQuery {
  readonly box: 'in' | 'out';
  readonly max: number;
}

const tags = ['mailbox'];
const params = { type: 'object', properties: { number: numberSchema } } as const;
const max = { type: 'integer', minimum: 1, maximum: 500, default: 50 } as const;
const box = { type: 'string', enum: ['in', 'out'], default: 'in' } as const;

/** A subscriber's messages: list them, look at one, say that it was read or is not wanted; and what became of those it sent. */
export function messageRoutes(app: FastifyInstance, mailbox: MailboxOptions): void {
  lookingRoutes(app, mailbox);
  actingRoutes(app, mailbox);
}

function lookingRoutes(app: FastifyInstance, { handsets }: MailboxOptions): void {
  const listQuery = { type: 'object', additionalProperties: false, properties: { box, max } };
  app.get<{ Params: NumberParams; Querystring: ListQuery }>(
    '/mailbox/:number/messages',
    {
      schema: {
        tags,
        summary: 'What waits for a number or was fetched by it, or what it sent; the latest first.',
        params,
        querystring: listQuery,
        response: responses({ 200: entriesSchema }),
      },
    },
    async (request, reply) => {
      const entries = await handsets.list({ number: numberOf(request), ...request.query });
      return answer(reply, entries, (messages) => reply.send({ messages: messages.map(entryView) }));
    },
  );

  app.get<{ Params: MessageParams }>(
    '/mailbox/:number/messages/:uid',
    {
      schema: {
        tags,
        summary: 'One message, without its content. Nothing is owed for looking.',
        params: messageParams,
        response: responses({ 200: entrySchema }),
      },
    },
    async (request, reply) => {
      const entry = await handsets.look(numberOf(request), request.params.uid);
      return answer(reply, entry, (message) => reply.send(entryView(message)));
    },
  );

  const reportsQuery = { type: 'object', additionalProperties: false, properties: { max } };
  app.get<{ Params: NumberParams; Querystring: Pick<ListQuery, 'max'> }>(
    '/mailbox/:number/reports',
    {
      schema: {
        tags,
        summary: 'What became of the messages a number sent, recipient by recipient; the latest first.',
        params,
        querystring: reportsQuery,
        response: responses({ 200: reportsSchema }),
      },
    },
    async (request, reply) => {
      const question = { number: numberOf(request), box: 'out', max: request.query.max } as const;
      const sent = await handsets.list(question);
      return answer(reply, sent, (messages) => reply.send({ reports: messages.map(reportView) }));
    },
  );
}

function actingRoutes(app: FastifyInstance, { handsets, gateway }: MailboxOptions): void {
  const readBody = {
    type: 'object',
    additionalProperties: false,
    properties: {
      status: { type: 'string', enum: ['Read', 'Deleted without being read'], default: 'Read' },
    },
    examples: [{ status: 'Read' }],
  };
  app.post<{ Params: MessageParams; Body: { readonly status: ReadStatus } }>(
    '/mailbox/:number/messages/:uid/read',
    {
      preValidation: (request: { body?: unknown }, _reply, done) => {
        request.body ??= {};
        done();
      },
      schema: {
        tags,
        summary: 'The subscriber read it, or deleted it unread. It must have been fetched.',
        params: messageParams,
        body: readBody,
        response: responses({ 200: entrySchema }),
      },
    },
    async (request, reply) => {
      const handset = handsetOf(request, gateway);
      const entry = await handsets.read(handset, request.params.uid, request.body.status);
      return answer(reply, entry, (message) => reply.send(entryView(message)));
    },
  );

  app.post<{ Params: MessageParams }>(
    '/mailbox/:number/messages/:uid/reject',
    {
      schema: {
        tags,
        summary: 'The subscriber does not want it. It must not have been fetched.',
        params: messageParams,
        response: responses({ 200: entrySchema }),
      },
    },
    async (request, reply) => {
      const entry = await handsets.reject(handsetOf(request, gateway), request.params.uid);
      return answer(reply, entry, (message) => reply.send(entryView(message)));
    },
  );
}
