import type { Change, Projection, RecordedEvent } from './projection.ts';

const table = 'evidence';
const outcomes = 'evidence_outcomes';

/**
 * PDUs that belong to no message: orphans (a RES or report that fits nothing) and what was refused. What became of each, whether
 * it was attached or answered, stands in rows of its own, since the event that says so does not say what it was.
 */
export const evidence: Projection = {
  name: 'evidence',
  version: 1,
  prefixes: ['orphan-', 'refused-'],
  tables: [
    {
      name: table,
      columns: [
        { name: 'stream', type: 'text' },
        { name: 'kind', type: 'text' },
        { name: 'partner', type: 'text' },
        { name: 'at', type: 'integer' },
        { name: 'pdu_kind', type: 'text' },
        { name: 'why', type: 'text' },
        // The status of the RES that is owed for it, if one is.
        { name: 'res', type: 'text' },
      ],
      primaryKey: ['stream'],
      indexes: [['kind', 'at']],
    },
    {
      name: outcomes,
      columns: [
        { name: 'stream', type: 'text' },
        { name: 'outcome', type: 'text' },
        { name: 'said', type: 'text' },
      ],
      primaryKey: ['stream', 'outcome'],
      indexes: [],
    },
  ],
  handles: (type) =>
    ['OrphanReceived', 'RefusedReceived', 'Attached', 'AckSent', 'AckAbandoned'].includes(type),
  changes: (event) => [rowOf(event)],
  forget: (stream) => [
    { drop: table, where: { stream } },
    { drop: outcomes, where: { stream } },
  ],
};

function rowOf(event: RecordedEvent): Change {
  const { stream, data } = event;
  switch (event.type) {
    case 'OrphanReceived':
      return received(event, 'orphan', String(data['why']));
    case 'RefusedReceived': {
      const { code, text } = data['reply'] as { readonly code: number; readonly text: string };
      const errors = data['errors'] as readonly string[];
      return received(event, 'refused', `${errors.join(', ')}: ${code} ${text}`);
    }
    case 'Attached':
      return { put: outcomes, row: { stream, outcome: 'attached', said: `mms-${String(data['uid'])}` } };
    case 'AckSent':
      return { put: outcomes, row: { stream, outcome: 'answered', said: String(data['status']) } };
    default: {
      const { text } = data['why'] as { readonly text: string };
      return { put: outcomes, row: { stream, outcome: 'unanswered', said: text } };
    }
  }
}

function received({ stream, data, metadata }: RecordedEvent, kind: string, why: string): Change {
  const { from } = data['pdu'] as { readonly from: { readonly partner: string } };
  const answer = data['answer'] as { readonly status: string } | null;
  return {
    put: table,
    row: {
      stream,
      kind,
      partner: from.partner,
      at: Number(metadata['recordedAt']),
      pdu_kind: String(data['pduKind']),
      why,
      res: answer?.status ?? null,
    },
  };
}
