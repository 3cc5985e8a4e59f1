import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection/index.js';

import type { SmtpStep } from '../../domain/ports.ts';
import type { Dialogue } from './dialogue.ts';
import type { HandshakeError } from './handshake-failure.ts';
import type { SmtpOutSettings } from './options.ts';
import { readable } from './reply-parser.ts';

type ExternalLogger = Exclude<SMTPConnectionOptions['logger'], boolean | undefined>;

/**
 * Follows a handshake through nodemailer's transaction log: knows at which step it stands, gives each step its time, writes the
 * dialogue, and keeps the EHLO reply.
 */
export class HandshakeWatch {
  readonly #settings: SmtpOutSettings;
  readonly #dialogue: Dialogue;
  readonly #onTimeout: (at: SmtpStep, message: string) => void;
  #step: SmtpStep = 'connect';
  #verb = '';
  #ehloReply: readonly string[] = [];
  #startTlsRefusal: string | undefined;
  #stopped = false;
  #cancelTimer: () => void;

  constructor(
    settings: SmtpOutSettings,
    dialogue: Dialogue,
    onTimeout: (at: SmtpStep, message: string) => void,
  ) {
    this.#settings = settings;
    this.#dialogue = dialogue;
    this.#onTimeout = onTimeout;
    this.#cancelTimer = this.#startTimer('connect');
  }

  get step(): SmtpStep {
    return this.#step;
  }

  /** The lines of the last EHLO reply; none after HELO. */
  get ehloReply(): readonly string[] {
    return this.#ehloReply;
  }

  /** The peer offered STARTTLS, but then would not. */
  get startTlsRefused(): HandshakeError | undefined {
    if (this.#startTlsRefusal === undefined) return undefined;
    const error: HandshakeError = new Error('STARTTLS was refused');
    error.response = this.#startTlsRefusal;
    return error;
  }

  enter(step: SmtpStep): void {
    if (this.#stopped || step === this.#step) return;
    this.#cancelTimer();
    this.#step = step;
    this.#cancelTimer = this.#startTimer(step);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelTimer();
  }

  /** For nodemailer, which hands levels we do not have to one of these. */
  get logger(): ExternalLogger {
    const take = (entry: LogEntry, message: unknown): void => {
      if (this.#stopped) return;
      if (entry.tnx === 'network' && entry.remoteAddress !== undefined) this.enter('greeting');
      if (entry.tnx === 'client') this.#onCommand(String(message));
      if (entry.tnx === 'server') this.#onReply(String(message));
    };
    return { debug: take, info: take };
  }

  #onCommand(line: string): void {
    this.#verb = this.#step === 'auth' ? 'AUTH' : (line.split(' ', 1)[0] ?? '').toUpperCase();
    this.#dialogue.client(this.#verb === 'AUTH' ? withoutSecret(line) : line);
    if (this.#verb === 'EHLO' || this.#verb === 'HELO') this.enter('ehlo');
    if (this.#verb === 'STARTTLS') this.enter('starttls');
  }

  #onReply(text: string): void {
    const lines = text.split('\n').map(readable);
    for (const line of lines) this.#dialogue.server(line);
    if (this.#verb === 'EHLO') this.#ehloReply = text.startsWith('2') ? lines : [];
    if (this.#verb === 'STARTTLS' && !text.startsWith('2')) this.#startTlsRefusal = text;
  }

  #startTimer(step: SmtpStep): () => void {
    const patience = this.#settings.timeouts[step];
    return this.#settings.timers.after(patience, () =>
      this.#onTimeout(step, `no answer within ${patience} ms`),
    );
  }
}

interface LogEntry {
  readonly tnx?: unknown;
  readonly remoteAddress?: unknown;
}

/** AUTH with its mechanism; whatever else is said during a login may be a secret. */
function withoutSecret(line: string): string {
  const mechanism = /^AUTH \S+/.exec(line)?.[0];
  if (mechanism === undefined) return '[credentials]';
  return mechanism === line ? line : `${mechanism} [credentials]`;
}
