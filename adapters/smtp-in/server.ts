import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { format } from 'node:util';
import {
  SMTPServer,
  type SMTPServerAuthentication,
  type SMTPServerAuthenticationResponse,
  type SMTPServerSession,
} from 'smtp-server';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';

import { PartnerConnection } from './connection.ts';
import type { SmtpServer, SmtpServerOptions } from './options.ts';
import { textOf } from './replies.ts';

type Logger = SMTPServer['logger'];

/** Starts to listen. Rejects if the address cannot be had. */
export async function startSmtpServer(options: SmtpServerOptions): Promise<SmtpServer> {
  const server = new PartnerServer(options);
  server.on('error', (error) => options.logger.warn({ err: error }, 'the SMTP listener failed'));
  server.listen(options.port, options.host);
  await once(server.server, 'listening');
  const { address, port } = server.server.address() as AddressInfo;
  return {
    address: { host: address, port },
    connections: () => server.open.size,
    close: (graceMs) => server.stop(graceMs),
  };
}

class PartnerServer extends SMTPServer {
  readonly open = new Set<PartnerConnection>();
  readonly #settings: SmtpServerOptions;
  readonly #bySession = new WeakMap<SMTPServerSession, PartnerConnection>();

  constructor(settings: SmtpServerOptions) {
    super({
      ...settings.tls,
      name: settings.name,
      banner: 'MM4',
      heloResponse: '%s',
      size: settings.wireSize,
      hideSMTPUTF8: true,
      hideENHANCEDSTATUSCODES: false,
      authMethods: ['PLAIN', 'LOGIN'],
      authOptional: true,
      allowInsecureAuth: settings.allowPlainAuth,
      disableReverseLookup: true,
      disabledCommands: disabledCommands(settings),
      socketTimeout: settings.idleTimeout,
    });
    this.#settings = settings;
    this.logger = libraryLogger(settings, (id) => {
      for (const connection of this.open) if (connection.id === id) return connection.partner;
      return undefined;
    });
  }

  /** Where the library makes its connections, and we ours. */
  override connect(socket: Socket, socketOptions?: SMTPConnectionOptions | null): void {
    if (!this.server.listening) {
      socket.destroy();
      return;
    }
    const connection = new PartnerConnection(this, socket, socketOptions, this.#settings);
    this.connections.add(connection);
    this.open.add(connection);
    this.#bySession.set(connection.session, connection);
    connection.on('error', (error: Error) =>
      this.#settings.logger.warn({ err: error, peer: connection.remoteAddress }, 'an SMTP connection failed'),
    );
    connection.on('gone', () => this.open.delete(connection));
    connection.init();
  }

  override onConnect(_session: SMTPServerSession, callback: () => void): void {
    callback();
  }

  override onAuth(
    auth: SMTPServerAuthentication,
    session: SMTPServerSession,
    callback: (error: Error | null | undefined, response?: SMTPServerAuthenticationResponse) => void,
  ): void {
    const outcome = this.#bySession.get(session)?.login(auth.username ?? '', auth.password ?? '');
    if (typeof outcome === 'object') callback(null, { responseCode: outcome.code, message: textOf(outcome) });
    else callback(null, { user: outcome });
  }

  async stop(graceMs: number): Promise<void> {
    const ends = [new Promise<void>((resolve) => this.server.close(() => resolve()))];
    for (const connection of this.open) {
      ends.push(new Promise((resolve) => connection.once('gone', resolve)));
      connection.stop();
    }
    const timer = setTimeout(() => {
      for (const connection of this.open) connection.cut();
    }, graceMs);
    await Promise.all(ends);
    clearTimeout(timer);
  }
}

/** Proxies are not used, and the rest are jokes of the library. */
function disabledCommands({ auth, tls }: SmtpServerOptions): string[] {
  return [
    ...['XCLIENT', 'XFORWARD', 'WIZ', 'SHELL', 'KILL'],
    ...(auth ? [] : ['AUTH']),
    ...(tls === undefined ? ['STARTTLS'] : []),
  ];
}

/**
 * The library's own log. At its debug level every line of the dialogue passes, passwords blanked: it is what feeds `onLine`.
 * Socket errors come here and as an event; they are logged there. Assigned directly, because the library's own way to take a
 * logger formats each line whether it is wanted or not.
 */
function libraryLogger(
  { logger, onLine, isHeard = () => true }: SmtpServerOptions,
  partnerOf: (connection: string) => string | undefined,
): Logger {
  const silent = (): void => undefined;
  const error: Logger['error'] = (fields?: unknown, message?: unknown, ...values: unknown[]) => {
    if (!isRecord(fields) || fields['tnx'] === 'error') return;
    logger.error({ ...fields }, format(message, ...values));
  };
  const dialogue: Logger['debug'] = (fields?: unknown, _side?: unknown, text?: unknown) => {
    if (onLine === undefined || !isHeard() || !isRecord(fields) || typeof text !== 'string') return;
    const connection = String(fields['cid']);
    const partner = partnerOf(connection);
    const from = fields['tnx'] === 'send' ? 'us' : 'peer';
    onLine({ connection, ...(partner === undefined ? {} : { partner }), from, text });
  };
  return {
    trace: silent,
    debug: onLine === undefined ? silent : dialogue,
    info: silent,
    warn: silent,
    error,
    fatal: error,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
