import type { Projection } from './projection.ts';

const table = 'routes';

/** The last that was heard of each route: down since when and why, or up. */
export const routes: Projection = {
  name: 'routes',
  version: 1,
  prefixes: ['partner-'],
  tables: [
    {
      name: table,
      columns: [
        { name: 'route', type: 'text' },
        { name: 'partner', type: 'text' },
        { name: 'state', type: 'text' },
        { name: 'since', type: 'integer' },
        { name: 'why', type: 'text' },
      ],
      primaryKey: ['route'],
      indexes: [],
    },
  ],
  handles: (type) => type === 'RouteDown' || type === 'RouteUp',
  changes: ({ stream, type, data, metadata }) => [
    {
      put: table,
      row: {
        route: String(data['route']),
        partner: stream.slice('partner-'.length),
        state: type === 'RouteDown' ? 'down' : 'up',
        since: Number(metadata['occurredAt']),
        why: type === 'RouteDown' ? `${String(data['at'])}: ${String(data['why'])}` : null,
      },
    },
  ],
  forget: (stream) => [{ drop: table, where: { partner: stream.slice('partner-'.length) } }],
};
