import { Counter, Gauge, type Registry } from 'prom-client';

export type RouteGauges = ReturnType<typeof routeGauges>;
export type NodeGauges = ReturnType<typeof nodeGauges>;

/** One value for each route or partner of the configuration in force. */
export function routeGauges(registry: Registry) {
  const gauge = gaugesOf(registry);
  return {
    up: gauge('mm4_route_up', '0 while the route is down', ['partner', 'route']),
    binding: gauge(
      'mm4_route_binding',
      '1 at what holds its forwards back now: up (nothing does), down, paused or rate',
      ['partner', 'route', 'reason'],
    ),
    connections: gauge('mm4_smtp_out_connections', 'Sessions open to the route', ['route']),
    waiting: gauge(
      'mm4_waiting_messages',
      'Messages with forwards or answers to send, res to come, or held for an operator',
      ['route', 'what'],
    ),
    oldest: gauge('mm4_waiting_oldest_seconds', 'How long ago the first of them could have been served', [
      'route',
      'what',
    ]),
    paused: gauge('mm4_partner_paused', '1 while a partner gets no forwards, by a rule or an operator', [
      'partner',
      'by',
    ]),
  };
}

/** One value for the whole node. */
export function nodeGauges(registry: Registry) {
  const gauge = gaugesOf(registry);
  const registers = [registry];
  return {
    parked: gauge('mm4_parked_messages', 'Messages that made their worker fail and wait for an operator'),
    claims: gauge('mm4_open_claims', 'Forwards that were begun and have no outcome yet'),
    diskFree: gauge('mm4_disk_free_bytes', 'Room on the disk of node.dataDir'),
    diskFull: gauge('mm4_disk_below_floor', '1 while no mail is taken because the disk is almost full'),
    bytesInFlight: gauge('mm4_in_flight_bytes', 'Octets of mails that are on their way in'),
    connections: gauge('mm4_smtp_in_connections', 'Connections that peers have open'),
    syncs: new Counter({
      name: 'mm4_content_syncs_total',
      help: 'Syncs of segments and of key files',
      labelNames: ['file'],
      registers,
    }),
    failures: new Counter({
      name: 'mm4_reading_failures_total',
      help: 'Gauges that could not be read, and had no value: waiting or disk',
      labelNames: ['of'],
      registers,
    }),
  };
}

function gaugesOf(registry: Registry) {
  return <L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers: [registry] });
}
