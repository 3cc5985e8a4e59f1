import type { Owed } from '../domain/mms/due.ts';
import type { Change, Projection } from './projection.ts';

const table = 'open_work';

/**
 * What waits, one row for each thing a stream waits for. The last event of every batch says all that its stream still owes, and that
 * replaces its rows. The work still to be done is derived from here, so nothing that waits needs memory.
 */
export const openWork: Projection = {
  name: 'open-work',
  version: 1,
  replacesByStream: true,
  prefixes: ['mms-', 'orphan-', 'refused-'],
  tables: [
    {
      name: table,
      columns: [
        { name: 'stream', type: 'text' },
        { name: 'on_what', type: 'text' },
        { name: 'at', type: 'integer' },
        { name: 'until_at', type: 'integer' },
      ],
      primaryKey: ['stream', 'on_what'],
      indexes: [['on_what', 'at', 'stream'], ['until_at']],
    },
  ],
  handles: (_type, metadata) => metadata.includes('"owed":'),
  changes: ({ stream, metadata }) => {
    const owed = (metadata['owed'] ?? []) as readonly Owed[];
    return [
      { drop: table, where: { stream } },
      ...owed.map(({ on, at, until }): Change => ({
        put: table,
        row: { stream, on_what: on, at, until_at: until },
      })),
    ];
  },
  forget: (stream) => [{ drop: table, where: { stream } }],
};
