import type { MailboxEntry, RecipientView, Submitted } from '../../../engine/handsets/handsets.ts';
import { instant, instantSchema, maybeTextSchema } from '../schemas.ts';

/** Messages as the mailbox shows them: the engine's, with instants in ISO 8601. */

const recipientSchema = {
  type: 'object',
  required: ['address', 'status', 'read', 'why'],
  properties: {
    address: { type: 'string' },
    status: {
      type: 'string',
      enum: [
        'pending',
        'retrieved',
        'Expired',
        'Rejected',
        'Deferred',
        'Unrecognised',
        'Indeterminate',
        'Forwarded',
      ],
    },
    read: { type: 'boolean' },
    why: { ...maybeTextSchema, description: 'Why it came to no good end.' },
  },
} as const;

const recipientExample: RecipientView = {
  address: '+447700900201',
  status: 'pending',
  read: false,
  why: null,
};

const uid = '6ba7b810-9dad-51d1-80b4-00c04fd430c8';
const messageId = '5f2c1a9e@mmsc.own.example';

export const submittedSchema = {
  type: 'object',
  required: ['uid', 'messageId', 'expiresAt', 'recipients'],
  properties: {
    uid: { type: 'string' },
    messageId: { type: 'string' },
    expiresAt: instantSchema,
    recipients: { type: 'array', items: recipientSchema },
  },
  examples: [{ uid, messageId, expiresAt: '2026-11-26T10:00:00.000Z', recipients: [recipientExample] }],
} as const;

export const entrySchema = {
  type: 'object',
  required: [
    'uid',
    'messageId',
    'from',
    'recipients',
    'subject',
    'receivedAt',
    'expiresAt',
    'size',
    'parts',
    'state',
  ],
  properties: {
    uid: { type: 'string' },
    messageId: { type: 'string' },
    from: { ...maybeTextSchema, description: 'Null: the sender wants to stay unknown.' },
    recipients: { type: 'array', items: recipientSchema },
    subject: maybeTextSchema,
    receivedAt: instantSchema,
    expiresAt: instantSchema,
    size: { type: 'integer', description: 'Octets.' },
    parts: {
      type: 'array',
      items: {
        type: 'object',
        required: ['type', 'size', 'sha256'],
        properties: {
          type: { type: 'string' },
          size: { type: 'integer' },
          sha256: { type: 'string' },
        },
      },
    },
    state: {
      type: 'string',
      enum: ['waiting', 'retrieved', 'read', 'rejected', 'expired', 'failed', 'sent'],
    },
  },
  examples: [
    {
      uid,
      messageId,
      from: '+447700900201',
      recipients: [{ ...recipientExample, address: '+447700900401' }],
      subject: 'Tower Bridge',
      receivedAt: '2026-11-24T10:00:00.000Z',
      expiresAt: '2026-11-26T10:00:00.000Z',
      size: 45_123,
      parts: [{ type: 'image/jpeg', size: 45_123, sha256: 'e3b0c442'.repeat(8) }],
      state: 'waiting',
    },
  ],
} as const;

export const entriesSchema = {
  type: 'object',
  required: ['messages'],
  properties: { messages: { type: 'array', items: entrySchema } },
} as const;

export const reportsSchema = {
  type: 'object',
  required: ['reports'],
  properties: {
    reports: {
      type: 'array',
      items: {
        type: 'object',
        required: ['uid', 'messageId', 'submittedAt', 'recipients'],
        properties: {
          uid: { type: 'string' },
          messageId: { type: 'string' },
          submittedAt: instantSchema,
          recipients: { type: 'array', items: recipientSchema },
        },
      },
    },
  },
  examples: [
    {
      reports: [
        {
          uid,
          messageId,
          submittedAt: '2026-11-24T10:00:00.000Z',
          recipients: [{ ...recipientExample, status: 'retrieved', read: true }],
        },
      ],
    },
  ],
} as const;

export function submittedView({ uid, messageId, expiresAt, recipients }: Submitted): object {
  return { uid, messageId, expiresAt: instant(expiresAt), recipients };
}

export function entryView(entry: MailboxEntry): object {
  return { ...entry, receivedAt: instant(entry.receivedAt), expiresAt: instant(entry.expiresAt) };
}

/** What became of a message that the subscriber sent. */
export function reportView({ uid, messageId, receivedAt, recipients }: MailboxEntry): object {
  return { uid, messageId, submittedAt: instant(receivedAt), recipients };
}
