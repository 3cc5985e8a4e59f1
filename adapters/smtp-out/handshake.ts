import * as E from 'fp-ts/lib/Either.js';
import { TLSSocket } from 'node:tls';
import SMTPConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection/index.js';

import type { Route } from '../../domain/partner.ts';
import type { SessionFacts, SessionFailure, SmtpStep } from '../../domain/ports.ts';
import { Dialogue } from './dialogue.ts';
import { extensionsOf } from './ehlo.ts';
import { sessionFailure, type HandshakeError } from './handshake-failure.ts';
import { HandshakeWatch } from './handshake-watch.ts';
import { Line } from './line.ts';
import type { SmtpOutSettings } from './options.ts';
import type { Greeted } from './session.ts';
import { takeOver } from './take-over.ts';

const maxReplyOctets = 64 * 1_024;

/**
 * Connects to a route's server, greets, secures and logs in (protocol reference, section 5.1), by nodemailer's SMTPConnection.
 * One call, one try; never rejects.
 *
 * TLS by the route's setting:
 * - `none`: STARTTLS is ignored.
 * - `opportunistic`: used where offered, with whatever certificate the peer shows (the facts say that it was not verified); where the peer
 *   offers it but then refuses, the session goes on in the clear, unless a password would have to be said.
 * - `required`: must be offered, and the certificate must be valid for the host that the route names.
 */
export function shakeHands(
  route: Route,
  settings: SmtpOutSettings,
): Promise<E.Either<SessionFailure, Greeted>> {
  return new Promise((resolve) => {
    const dialogue = new Dialogue(settings.tap(route.account));
    const fail = (at: SmtpStep, error: HandshakeError): void => {
      watch.stop();
      // Closing makes nodemailer report an end, so the reason comes first.
      resolve(E.left(sessionFailure(route, at, error)));
      connection.close();
    };
    const watch = new HandshakeWatch(settings, dialogue, (at, message) => fail(at, new Error(message)));
    const connection = new SMTPConnection({ ...connectionOptions(route, settings), logger: watch.logger });

    const finish = (): void => {
      watch.stop();
      const line = new Line(takeOver(connection), settings, dialogue);
      const extensions = extensionsOf(watch.ehloReply);
      const facts = { ...factsOf(connection, route), eightBitMime: extensions.eightBitMime };
      resolve(E.right({ line, extensions, dialogue, facts }));
    };
    const logIn = (): void => {
      if (route.login === '') finish();
      else if (watch.startTlsRefused) fail('starttls', watch.startTlsRefused);
      else {
        watch.enter('auth');
        connection.login({ user: route.login, pass: route.password }, (error) =>
          error ? fail('auth', error) : finish(),
        );
      }
    };

    // Stays for the life of the socket. After the handshake the line hears of the same errors by itself, and `fail` does nothing.
    connection.on('error', (error: HandshakeError) => fail(watch.step, error));
    connection.on('end', () => fail(watch.step, new Error('the partner closed the connection')));
    connection.connect((error) => (error ? fail(watch.step, error) : logIn()));
  });
}

function connectionOptions(route: Route, settings: SmtpOutSettings): SMTPConnectionOptions {
  const verify = route.tls === 'required';
  const ca = settings.tlsCa === undefined ? {} : { ca: [...settings.tlsCa] };
  // The watch supervises each step by its own time; nodemailer's fewer and coarser time-outs must not come first.
  const longerThanAllSteps = 2 * Object.values(settings.timeouts).reduce((sum, timeout) => sum + timeout, 0);
  return {
    host: route.server.host,
    port: route.server.port,
    secure: false,
    ignoreTLS: route.tls === 'none',
    opportunisticTLS: route.tls === 'opportunistic',
    requireTLS: verify,
    tls: { rejectUnauthorized: verify, ...ca },
    name: settings.ehloName,
    localAddress: settings.localAddress,
    connectionTimeout: longerThanAllSteps,
    greetingTimeout: longerThanAllSteps,
    socketTimeout: longerThanAllSteps,
    dnsTimeout: settings.timeouts.connect,
    socketCloseTimeout: 0,
    maxResponseSize: maxReplyOctets,
    transactionLog: true,
  };
}

function factsOf(connection: SMTPConnection, route: Route): Omit<SessionFacts, 'eightBitMime'> {
  const socket = connection._socket;
  const peer = socket === false || socket === null ? undefined : socket;
  const tls = peer instanceof TLSSocket ? { tls: tlsFact(peer) } : {};
  return {
    address: peer?.remoteAddress ?? route.server.host,
    port: route.server.port,
    ...tls,
    authenticated: connection.authenticated,
  };
}

function tlsFact(socket: TLSSocket): string {
  const session = `${socket.getProtocol() ?? 'TLS'} ${socket.getCipher().standardName}`;
  return socket.authorized ? session : `${session}, certificate not verified`;
}
