/** What a message may say of itself, in a form or in JSON. */
const about = {
  to: {
    type: 'array',
    minItems: 1,
    items: { type: 'string', minLength: 1, maxLength: 320 },
    description: 'Numbers, short codes or mailboxes.',
  },
  subject: { type: 'string', maxLength: 1000, default: '' },
  deliveryReport: { type: 'boolean', default: false },
  readReply: { type: 'boolean', default: false },
  priority: { type: 'string', enum: ['Low', 'Normal', 'High'], default: 'Normal' },
  messageClass: {
    type: 'string',
    enum: ['Personal', 'Advertisement', 'Informational', 'Auto'],
    default: 'Personal',
  },
  expiresIn: {
    type: 'integer',
    minimum: 1,
    maximum: 31_536_000,
    description: 'Seconds from now; `limits.expiry` at most, and without it.',
  },
} as const;

/** A media type with its parameters, in ASCII since it goes into a header field. */
export const mediaType =
  '^(?!multipart/|message/)[a-z0-9.+-]+/[A-Za-z0-9.+-]+( ?; ?[A-Za-z0-9*-]+="?[A-Za-z0-9._+-]*"?)*$';

/** Its name goes into a header field too. */
const part = {
  type: 'object',
  additionalProperties: false,
  required: ['type', 'content'],
  properties: {
    type: {
      type: 'string',
      pattern: mediaType,
      maxLength: 200,
      description: 'Media type, with parameters if any.',
    },
    name: {
      type: 'string',
      pattern: '^[ !#-.0-;=?-\\[\\]-~]+$',
      maxLength: 100,
      description: 'File name, in ASCII.',
    },
    content: { type: 'string', format: 'byte', description: 'Base64.' },
  },
} as const;

export const jsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['to', 'parts'],
  properties: { ...about, parts: { type: 'array', minItems: 1, maxItems: 200, items: part } },
  examples: [
    {
      to: ['+447700900201'],
      subject: 'Tower Bridge',
      deliveryReport: true,
      parts: [{ type: 'text/plain; charset=utf-8', name: 'hello.txt', content: 'SGVsbG8=' }],
    },
  ],
} as const;

export const formSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['to', 'parts'],
  properties: {
    ...about,
    parts: {
      type: 'array',
      minItems: 1,
      // Files, read from the form: nothing to check in them.
      items: { contentMediaType: 'application/octet-stream' },
      description: 'Files. A file under another name is a part too.',
    },
  },
} as const;

export const keyHeaders = {
  type: 'object',
  properties: {
    'idempotency-key': {
      type: 'string',
      minLength: 1,
      maxLength: 200,
      description: "The client's own key for this message, so that it can be repeated.",
    },
  },
} as const;
