import * as E from 'fp-ts/lib/Either.js';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { SMTPServer } from 'smtp-server';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';

import type { SmtpReply } from '../../domain/ports.ts';
import type { Visitor } from '../../engine/reception.ts';
import { DataParser } from './data-parser.ts';
import { IncomingMail } from './incoming-mail.ts';
import type { SmtpServerOptions } from './options.ts';
import * as replies from './replies.ts';
import { MailTransaction } from './transaction.ts';

type Done = () => void;

/** A mail that runs on past so many times the hard limit is no longer waited for. */
const patienceWithBigMails = 10;
const failedLoginsAllowed = 3;
const strangersCommandsAllowed = 20;
/** Anybody can hold connections open up to a login: so much of all at most, or partners known by address could not come. */
const strangersShare = 0.25;
const notForStrangers: readonly string[] = ['VRFY', 'HELP'];

/**
 * One peer on the line. The library keeps the connection, TLS, AUTH, EHLO, command lines, flood limits and time-outs; MAIL, RCPT and
 * DATA are our own, because the library's
 * - refuse addresses without a domain, rewrite domains, and drop a recipient that comes twice,
 * - judge SIZE before anybody is asked, and
 * - choose the enhanced code of a refusal themselves.
 *
 * Members with a leading underscore are the library's inner ones. What is relied on here is pinned by tests, which fail when another
 * version of the library does it differently.
 */
export class PartnerConnection extends SMTPConnection {
  readonly #options: SmtpServerOptions;
  readonly #transaction: MailTransaction;
  #visitor: Visitor | undefined;
  #mail: IncomingMail | undefined;
  /** The peer is silent because it waits for us: no reason for a time-out. */
  #peerWaits = false;
  #stopping = false;
  #failed = false;
  #failedLogins = 0;
  #strangersCommands = 0;
  #cipher: string | undefined;

  constructor(
    server: SMTPServer,
    socket: Socket,
    socketOptions: SMTPConnectionOptions | null | undefined,
    options: SmtpServerOptions,
  ) {
    super(server, socket, socketOptions);
    this.#options = options;
    this.#transaction = new MailTransaction(options.reception);
  }

  /**
   * Greets at once. The library waits 100 ms first, to catch senders that talk before they are greeted; MM4 peers are known by
   * address or login, and many open a connection for each PDU, so that the wait would hold each of them to 10 PDUs a second.
   */
  override init(): void {
    this._setListeners(() => {
      if (this._server.connections.size > this.#options.maxConnections) {
        this.#say(replies.tooManyConnections);
        return;
      }
      // A socket that has no address any more is already gone.
      if (this.remoteAddress === '') {
        this.cut();
        return;
      }
      const welcome = this.#options.reception.welcome(this.remoteAddress);
      if ('refused' in welcome) {
        this.#say(welcome.refused);
        this.close();
        return;
      }
      this.#visitor = welcome.visitor;
      if (this.#isStranger && this.#strangers() > strangersAllowed(this.#options))
        this.#say(replies.tooManyConnections);
      else this.connectionReady();
    });
  }

  /** A text that begins with an enhanced code gets no other from the library's table. */
  override send(code: number, data?: string | string[] | null, context?: string | false): void {
    const hasCode = typeof data === 'string' && /^[245]\.\d{1,3}\.\d{1,3}(?: |$)/.test(data);
    super.send(code, data, hasCode ? false : context);
  }

  override handler_MAIL(command: Buffer, callback: Done): void {
    this.#say(this.#transaction.mail(this.#known(), command.toString('latin1')));
    callback();
  }

  override handler_RCPT(command: Buffer, callback: Done): void {
    this.#say(this.#transaction.rcpt(this.#known(), command.toString('latin1')));
    callback();
  }

  override handler_DATA(_command: Buffer, callback: Done): void {
    const ehlo = this.hostNameAppearsAs === false ? '' : this.hostNameAppearsAs;
    const envelope = this.#transaction.envelope({ ehlo, tls: this.#tls() });
    if (E.isLeft(envelope)) this.#say(envelope.left);
    else {
      const intake = this.#options.reception.data(this.#known(), envelope.right);
      this.#startData(new IncomingMail(intake, this.#options.hardLimit, (error) => this.#mistake(error)));
    }
    callback();
  }

  /** TLS makes the server forget who logged in before it (RFC 3207 4.2), and the reception could not know. */
  override handler_STARTTLS(command: Buffer, callback: Done): void {
    if (this.session.user === undefined || this.session.user === false) {
      super.handler_STARTTLS(command, callback);
      return;
    }
    this.#say(replies.tlsBeforeLogin);
    callback();
  }

  /** The reply to the command goes out in plain before the handshake takes the socket over. */
  override upgrade(callback: Done, secureCallback?: Done): void {
    this._socket.uncork();
    super.upgrade(callback, secureCallback);
  }

  /** Who is on the line, as far as known. */
  get partner(): string | undefined {
    return this.#visitor?.partner;
  }

  /** Answers AUTH: the visitor's new name, or the reply that refuses it. */
  login(login: string, password: string): string | SmtpReply {
    const outcome = this.#options.reception.login(this.#known(), login, password);
    if (!('code' in outcome)) {
      this.#visitor = outcome;
      return outcome.account ?? login;
    }
    this.#failedLogins += 1;
    return this.#failedLogins < failedLoginsAllowed ? outcome : replies.tooManyLogins;
  }

  /** Says 421: now, or after the mail that is coming in. */
  stop(): void {
    this.#stopping = true;
    if (this.#mail === undefined) this.#say(replies.shuttingDown);
  }

  /** Cuts the connection without a word: whether a mail that is being stored was taken is not known yet. */
  cut(): void {
    this._socket.destroy();
  }

  override close(): void {
    super.close();
    this.#leave();
  }

  override _onClose(): void {
    super._onClose();
    this.#leave();
    this.emit('gone');
  }

  /** A failed handshake is reported in two ways, one after the other. */
  override _onError(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    super._onError(error);
  }

  override _onTimeout(): void {
    if (this.#peerWaits && !this._closing) this._armTimeout();
    else super._onTimeout();
  }

  override _createParser(): DataParser {
    const parser = new DataParser({}, () => this._socket);
    parser.oncommand = (command, callback) => this._onCommand(command, callback);
    parser.on('error', (error) => this.send(421, `Error: ${error.message}`));
    return parser;
  }

  override _onCommand(command: Buffer, callback?: Done): void {
    if (this.#isStranger && ++this.#strangersCommands > strangersCommandsAllowed)
      this.#say(replies.tooManyCommands);
    else super._onCommand(command, callback);
  }

  /** EHLO, HELO, RSET and TLS end a transaction. */
  override _resetSession(): void {
    super._resetSession();
    this.#transaction.reset();
  }

  override _isDisabled(command: string): boolean {
    if (super._isDisabled(command)) return true;
    if (command === 'AUTH') return !this.secure && !this.#options.allowPlainAuth;
    return notForStrangers.includes(command) && this.#visitor?.mayMail !== true;
  }

  #startData(mail: IncomingMail): void {
    const parser = this._parser;
    if (!(parser instanceof DataParser)) throw new Error('the library has put a parser of its own in place');
    this.#mail = mail;
    parser.startData({
      write: (content) => this.#take(mail, content),
      end: () => this.#finish(mail),
    });
    this.send(354, 'End data with <CR><LF>.<CR><LF>');
  }

  #take(mail: IncomingMail, content: Buffer): Promise<void> | undefined {
    const wait = mail.write(content);
    if (mail.octets > patienceWithBigMails * this.#options.hardLimit) {
      this.#say(replies.tooBig(this.#options.hardLimit));
      this.close();
    }
    if (wait === undefined) return undefined;
    this.#peerWaits = true;
    return wait.then(() => {
      this.#peerWaits = false;
    });
  }

  async #finish(mail: IncomingMail): Promise<void> {
    this.#peerWaits = true;
    const reply = await mail.finish();
    this.#peerWaits = false;
    this.#mail = undefined;
    this._unrecognizedCommands = 0;
    this.#say(reply);
    if (this.#stopping) this.#say(replies.shuttingDown);
  }

  /** A reply without an enhanced code gets the library's; one of 421 closes the connection. */
  #say(reply: SmtpReply): void {
    if (this._closing || this._closed) return;
    this.send(reply.code, replies.textOf(reply));
  }

  #tls(): string | undefined {
    if (this.#cipher === undefined && this._socket instanceof TLSSocket)
      this.#cipher = `${this._socket.getProtocol() ?? 'TLS'} ${this._socket.getCipher().standardName}`;
    return this.#cipher;
  }

  /** May log in, and is nobody yet. */
  get #isStranger(): boolean {
    return this.#visitor?.mayMail === false;
  }

  #strangers(): number {
    const all = [...this._server.connections];
    return all.filter((other) => other instanceof PartnerConnection && other.#isStranger).length;
  }

  #known(): Visitor {
    if (this.#visitor === undefined) throw new Error('a command outside a welcomed connection');
    return this.#visitor;
  }

  #mistake(error: unknown): void {
    this.#options.logger.error({ err: error, peer: this.remoteAddress }, 'taking in a mail failed');
  }

  /** Whatever ends the connection: a mail on its way in is given up, and the reception told once. */
  #leave(): void {
    const { logger, reception } = this.#options;
    const visitor = this.#visitor;
    this.#visitor = undefined;
    if (this.#mail?.abort() === true) {
      const { octets } = this.#mail;
      logger.warn(
        { peer: this.remoteAddress, partner: visitor?.partner, octets },
        'connection lost before the final dot, nothing of this mail is kept',
      );
    }
    if (visitor !== undefined) reception.goodbye(visitor);
  }
}

function strangersAllowed({ maxConnections }: SmtpServerOptions): number {
  return Math.max(1, Math.floor(maxConnections * strangersShare));
}
