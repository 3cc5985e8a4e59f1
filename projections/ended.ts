import type { Owed } from '../domain/mms/due.ts';
import type { Projection } from './projection.ts';

const table = 'ended_streams';

/**
 * Streams that owe and await nothing, and since when: those that may be removed when they are old enough. A stream that something
 * happens to again leaves the table until that is over too.
 */
export const ended: Projection = {
  name: 'ended',
  version: 1,
  replacesByStream: true,
  prefixes: ['mms-', 'orphan-', 'refused-'],
  tables: [
    {
      name: table,
      columns: [
        { name: 'stream', type: 'text' },
        { name: 'kind', type: 'text' },
        { name: 'at', type: 'integer' },
      ],
      primaryKey: ['stream'],
      indexes: [['kind', 'at']],
    },
  ],
  handles: (_type, metadata) => metadata.includes('"owed":'),
  changes: ({ stream, metadata }) => {
    const owed = (metadata['owed'] ?? []) as readonly Owed[];
    const kind = stream.slice(0, stream.indexOf('-'));
    return owed.length === 0
      ? [{ put: table, row: { stream, kind, at: Number(metadata['recordedAt']) } }]
      : [{ drop: table, where: { stream } }];
  },
  forget: (stream) => [{ drop: table, where: { stream } }],
};
