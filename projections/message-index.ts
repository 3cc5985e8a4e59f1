import type { Change, Projection, RecordedEvent } from './projection.ts';

const table = 'message_index';

/**
 * Finds streams by what people have in hand: a partner's transaction id, a mail's Message-ID, a phone number. (An
 * X-Mms-Message-ID and a transaction id of ours lead to their stream by themselves.)
 */
export const messageIndex: Projection = {
  name: 'message-index',
  version: 2,
  prefixes: ['mms-', 'orphan-', 'refused-', 'alias-'],
  tables: [
    {
      name: table,
      columns: [
        { name: 'key', type: 'text' },
        { name: 'stream', type: 'text' },
        // The stream whose event says so: with it the row goes. An alias leads to another stream than its own.
        { name: 'source', type: 'text' },
        { name: 'at', type: 'integer' },
      ],
      primaryKey: ['key', 'stream', 'source'],
      indexes: [['source']],
    },
  ],
  handles: (type) =>
    [
      'Received',
      'VariantOpened',
      'OrphanReceived',
      'RefusedReceived',
      'AliasLearned',
      'DuplicateReceived',
    ].includes(type),
  changes: (event) =>
    [...new Set(keysOf(event))].map(({ key, stream }): Change => ({
      put: table,
      row: {
        key,
        stream: stream ?? event.stream,
        source: event.stream,
        at: Number(event.metadata['recordedAt']),
      },
    })),
  forget: (source) => [{ drop: table, where: { source } }],
};

interface Key {
  readonly key: string;
  /** Where it leads, if not to the event's own stream. */
  readonly stream?: string;
}

function keysOf({ type, data }: RecordedEvent): readonly Key[] {
  const keys: (string | null | undefined)[] = [];
  const pdu = data['pdu'] as { transactionId?: string | null; rfcMessageId?: string | null } | undefined;
  keys.push(bare(pdu?.transactionId), pdu?.rfcMessageId);
  keys.push((data['messageId'] as { normal?: string } | null | undefined)?.normal);
  switch (type) {
    case 'Received': {
      const recipients = data['recipients'] as readonly { address: string }[];
      keys.push((data['transactionId'] as { normal: string }).normal, data['rfcMessageId'] as string | null);
      keys.push((data['sender'] as { address: string }).address, ...recipients.map(({ address }) => address));
      break;
    }
    case 'OrphanReceived':
      keys.push(concerns(data['concerns']));
      break;
    case 'AliasLearned':
      return [{ key: String(data['id']), stream: String(data['home']) }];
    default:
      break;
  }
  return keys.filter((key): key is string => typeof key === 'string' && key !== '').map((key) => ({ key }));
}

/** Under which `show` of a message finds the orphans that bore its transaction ids. */
function concerns(uid: unknown): string | null {
  return typeof uid === 'string' ? `concerns ${uid}` : null;
}

function bare(transactionId: string | null | undefined): string | null {
  return transactionId?.trim().replace(/^["<']+|[">']+$/g, '') ?? null;
}
