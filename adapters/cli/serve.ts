import { readFileSync } from 'node:fs';

import * as E from 'fp-ts/lib/Either.js';
import type { Logger } from 'pino';

import type { Configuration, Endpoint } from '../../domain/configuration.ts';
import { startEngine, type Engine } from '../../engine/engine.ts';
import type { ContextBase } from '../../engine/live-context.ts';
import type { SegmentStore } from '../content-segments/store.ts';
import { startHttpServer } from '../http/server.ts';
import { httpMailbox } from '../mailbox/gateway.ts';
import { openLog } from '../log/log.ts';
import { openMetrics, type Metrics } from '../metrics/metrics.ts';
import { diskOf } from '../runtime/disk.ts';
import { samePassword, systemClock, systemRandomness, systemTimers } from '../runtime/runtime.ts';
import { startSmtpServer } from '../smtp-in/server.ts';
import { smtpTransport, type SmtpTransport } from '../smtp-out/transport.ts';
import type { Projections } from '../store-sqlite/projections/projections.ts';
import type { SqliteStore } from '../store-sqlite/store.ts';
import { traceHub } from '../trace/hub.ts';
import { tapInto } from '../trace/tap.ts';
import type { Command } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { CommandError, exitCodes } from './exit.ts';
import { httpOptions } from './http-options.ts';
import { lineStatus } from './line-status.ts';
import { openStores, orRefuse } from './open-stores.ts';
import { parseOptions } from './options.ts';
import { stop } from './stop.ts';

const usage = 'mm4 serve [--config FILE]';
/** A mail beyond the announced SIZE is drained up to here, and then refused. */
const hardLimitFactor = 2;

export const serveCommand: Command = {
  name: 'serve',
  usage,
  summary: 'Runs the engine until SIGTERM or SIGINT; both finish what is in progress.',
  details:
    'Without --config it takes MM4_CONFIG, else the built-in example (config/example.yaml). Logs JSON lines on stdout:\n' +
    'MM4_LOG_LEVEL sets the level, MM4_LOG_NUMBERS=1 shows phone numbers in full.',
  example: 'mm4 serve --config config/example.yaml',
  run: async (args) => {
    const { values } = parseOptions(args, { config: { type: 'string' } }, usage);
    const configuration = readConfiguration(values.config);
    const log = openLog(configuration.node.name, process.env);
    const running = await start(configuration, values.config, log);
    await running.stopped;
    // The directory is given up: nothing that still hangs on a socket may go on beside the next engine.
    process.exit(exitCodes.done);
  },
};

/** The composition root: every port gets its adapter here. */
async function start(
  configuration: Configuration,
  file: string | undefined,
  log: Logger,
): Promise<{ readonly stopped: Promise<void> }> {
  const { node, smtp, http } = configuration;
  const metrics = openMetrics();
  const { store, content, projections } = await openStores(node.dataDir, metrics.stores.committed, log);
  const traces = traceHub();
  const ehloName = node.domains[0] ?? node.name;
  const transport = smtpTransport({ ehloName, tap: tapInto(traces, configuration.partners) });
  const base = contextOf(configuration, log, store, content, projections, transport, metrics);
  const engine = await orRefuse(node.dataDir, () => startEngine(base));
  const reload = (by: string): ReturnType<Engine['reload']> => reloadFrom(file, engine, by);
  const smtpServer = startSmtpServer({
    host: smtp.listen.host,
    port: smtp.listen.port,
    name: ehloName,
    wireSize: configuration.limits.wireSize,
    hardLimit: configuration.limits.wireSize * hardLimitFactor,
    ...tlsOf(configuration),
    auth: configuration.partners.some(({ vasps }) => vasps.some(({ password }) => password !== '')),
    allowPlainAuth: smtp.tls.cert === '',
    maxConnections: smtp.maxConnections,
    idleTimeout: smtp.idleTimeout,
    reception: metrics.countReplies(engine.reception),
    logger: log,
    isHeard: traces.isHeard,
    onLine: ({ connection, partner = '', from, text }) =>
      traces.tell({ partner, direction: 'in', connection, from, text }),
  });
  const server = await orExplain(smtpServer, 'smtp.listen', smtp.listen);
  metrics.follow({ ...base, engine, connectionsIn: server.connections, syncs: content.syncs });
  const httpServer = startHttpServer({
    ...httpOptions(configuration, log, engine, { reload, trace: traces.follow }),
    status: {
      notReady: async () => engine.diskProblem() ?? (await storeProblem(store, projections)),
      partners: () => lineStatus(engine.lines(), projections),
      metrics: metrics.text,
    },
  });
  const health = await orExplain(httpServer, 'http.listen', http.listen);
  process.on('SIGHUP', () => {
    void reload('SIGHUP').then((reloaded) => {
      if (E.isLeft(reloaded)) log.error({ why: reloaded.left }, 'the configuration stays as it was');
    });
  });
  log.info(
    { smtp: `${server.address.host}:${server.address.port}`, http: `${http.listen.host}:${health.port}` },
    'listening',
  );
  return {
    stopped: signalled().then(async (signal) => {
      log.info({ signal }, 'stopping: no more work is taken, what is in progress is finished');
      await stop({ server, health, engine, transport, stores: [projections, content, store] });
      log.info({}, 'stopped');
    }),
  };
}

/** Reads the file again; a bad one changes nothing and is told whole. */
function reloadFrom(file: string | undefined, engine: Engine, by: string): ReturnType<Engine['reload']> {
  try {
    return engine.reload(readConfiguration(file), by);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return Promise.resolve(E.left(error.message));
  }
}

/** An address that cannot be listened on is the operator's to change. */
async function orExplain<A>(starting: Promise<A>, key: string, listen: Endpoint): Promise<A> {
  try {
    return await starting;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const text = `${key} ${listen.host}:${listen.port} cannot be listened on (${why}): stop what uses it, or change ${key}`;
    throw new CommandError(text, exitCodes.unavailable);
  }
}

function contextOf(
  configuration: Configuration,
  log: Logger,
  store: SqliteStore,
  content: SegmentStore,
  projections: Projections,
  transport: SmtpTransport,
  metrics: Metrics,
): ContextBase {
  return {
    clock: systemClock,
    timers: systemTimers,
    randomness: systemRandomness,
    store: metrics.stores.events(store),
    content: metrics.stores.content(content),
    disk: diskOf(configuration.node.dataDir),
    transport,
    gateway: httpMailbox,
    openWork: projections,
    index: projections,
    ends: projections,
    configuration,
    passwords: samePassword,
    alone: true,
    incarnation: `${configuration.node.name}-${systemRandomness.nonce(8)}`,
    log,
    meters: metrics.meters,
  };
}

function tlsOf({ smtp }: Configuration): { readonly tls?: { readonly cert: string; readonly key: string } } {
  if (smtp.tls.cert === '') return {};
  return { tls: { cert: readFileSync(smtp.tls.cert, 'utf8'), key: readFileSync(smtp.tls.key, 'utf8') } };
}

/** The store is tried, and the projections that work is found in are asked. */
async function storeProblem(store: SqliteStore, projections: Projections): Promise<string | null> {
  const asked = projections.leases(1).then(
    () => null,
    (error: unknown) => String(error),
  );
  return (await store.problem()) ?? (await asked);
}

function signalled(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
}
