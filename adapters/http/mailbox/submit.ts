import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { ContentPart } from '../../../domain/mm4/compose.ts';
import { parseAddress } from '../../../domain/mm4/address.ts';
import type { Submission } from '../../../engine/handsets/handsets.ts';
import type { MailboxOptions } from '../options.ts';
import { responses } from '../schemas.ts';
import { readForm, tooBig, type FilePart } from './form.ts';
import { formSchema, jsonSchema, keyHeaders } from './submission-schemas.ts';
import { answer, handsetOf, numberSchema, type NumberParams } from './subscriber.ts';
import { submittedSchema, submittedView } from './views.ts';

interface SubmitBody extends Pick<
  Submission,
  'to' | 'deliveryReport' | 'readReply' | 'priority' | 'messageClass'
> {
  readonly subject: string;
  /** Seconds. */
  readonly expiresIn?: number;
  readonly parts: readonly (FilePart | JsonPart)[];
}

interface JsonPart {
  readonly type: string;
  readonly name?: string;
  /** Base64. */
  readonly content: string;
}

interface SubmitRequest {
  readonly Params: NumberParams;
  readonly Body: SubmitBody;
  readonly Headers: { readonly 'idempotency-key'?: string };
}

/** Room for what is no content in a JSON body. */
const overhead = 256 * 1024;

/** `POST /mailbox/:number/messages`: a subscriber of ours sends a message, as a form or as JSON. */
export function submitRoute(app: FastifyInstance, { handsets, gateway, maxContent }: MailboxOptions): void {
  app.post<SubmitRequest>(
    '/mailbox/:number/messages',
    {
      bodyLimit: Math.ceil((maxContent * 4) / 3) + overhead,
      preValidation: async (request) => {
        if (request.isMultipart()) request.body = (await readForm(request, maxContent)) as never;
      },
      schema: {
        tags: ['mailbox'],
        summary: 'Sends a message. It is durable when this answers.',
        description:
          'With an `Idempotency-Key` it may be repeated: the same key and message answer 200 as the first time, another message 409.',
        params: { type: 'object', properties: { number: numberSchema } },
        headers: keyHeaders,
        body: {
          content: {
            'application/json': { schema: jsonSchema },
            'multipart/form-data': { schema: formSchema },
          },
        },
        response: responses({ 200: submittedSchema, 201: submittedSchema }),
      },
    },
    async (request, reply) => {
      const submission = submissionOf(request, gateway);
      const size = submission.parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
      if (size > maxContent) throw tooBig(maxContent);
      return answer(reply, await handsets.submit(submission), (submitted) =>
        reply
          .code(submitted.fresh ? 201 : 200)
          .header(
            'Location',
            `/mailbox/${submission.from.number}/messages/${encodeURIComponent(submitted.uid)}`,
          )
          .send(submittedView(submitted)),
      );
    },
  );
}

function submissionOf(request: FastifyRequest<SubmitRequest>, gateway: string): Submission {
  const { to, subject, parts, deliveryReport, readReply, priority, messageClass, expiresIn } = request.body;
  return {
    from: handsetOf(request, gateway),
    to: [...new Set(to.map(recipientOf))],
    subject,
    parts: parts.map(partOf),
    deliveryReport,
    readReply,
    priority,
    messageClass,
    expiresIn: expiresIn === undefined ? null : expiresIn * 1000,
    key: request.headers['idempotency-key'] ?? null,
  };
}

/** In normal form, so that each stands once; what is none stays as written, and the engine says so. */
function recipientOf(text: string): string {
  const { kind, value, raw } = parseAddress(text);
  return kind === 'malformed' ? raw : value;
}

function partOf(part: FilePart | JsonPart, index: number): ContentPart {
  const bytes = 'file' in part ? part.file : Buffer.from(part.content, 'base64');
  return { type: part.type, name: part.name ?? `part-${index + 1}`, bytes };
}
