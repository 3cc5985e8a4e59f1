import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';

import type { SmtpServer, SmtpServerOptions } from '../../adapters/smtp-in/options.ts';
import { startSmtpServer } from '../../adapters/smtp-in/server.ts';
import type { SmtpReply } from '../../domain/ports.ts';
import type { MailEnvelope, PduIntake, Reception, Visitor } from '../../engine/reception.ts';
import { RawClient } from './raw-client.ts';

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

export const certificate = { key: fixture('partner-key.pem'), cert: fixture('partner-cert.pem') };

export const stored: SmtpReply = { code: 250, enhanced: '2.0.0', text: 'stored' };
export const sender = '+447700900123/TYPE=PLMN@op-a.example';
export const recipient = '+447700900456/TYPE=PLMN@op-b.example';

/** One mail as the reception saw it. */
export interface SeenMail {
  readonly visitor: Visitor;
  readonly envelope: MailEnvelope;
  readonly chunks: Buffer[];
  finished: number;
  aborted: number;
}

/** What a test wants otherwise than usual. */
export interface Script extends Partial<Reception> {
  /** Called for each chunk, after it was written down. */
  readonly write?: (mail: SeenMail) => Promise<void> | undefined;
  readonly finish?: (mail: SeenMail) => Promise<SmtpReply>;
}

/** A reception that says yes to everybody and everything unless scripted otherwise, and writes down all it is asked. */
export class ScriptedReception implements Reception {
  readonly mails: SeenMail[] = [];
  readonly asked: unknown[][] = [];
  readonly #script: Script;
  readonly #events = new EventEmitter();

  constructor(script: Script = {}) {
    this.#script = script;
  }

  /** Resolves when that happens next. */
  async next(event: 'data' | 'chunk' | 'finish' | 'abort' | 'goodbye'): Promise<void> {
    await once(this.#events, event);
  }

  welcome(address: string): ReturnType<Reception['welcome']> {
    this.asked.push(['welcome', address]);
    return this.#script.welcome?.(address) ?? { visitor: { address, mayMail: true, partner: 'op-a' } };
  }

  login(visitor: Visitor, login: string, password: string): Visitor | SmtpReply {
    this.asked.push(['login', visitor.account ?? '', login, password]);
    return this.#script.login?.(visitor, login, password) ?? { ...visitor, mayMail: true, account: login };
  }

  mail(visitor: Visitor, mailFrom: string, size: number | undefined): SmtpReply | undefined {
    this.asked.push(['mail', mailFrom, size]);
    return this.#script.mail?.(visitor, mailFrom, size);
  }

  rcpt(visitor: Visitor, rcptTo: string, already: number): SmtpReply | undefined {
    this.asked.push(['rcpt', rcptTo, already]);
    return this.#script.rcpt?.(visitor, rcptTo, already);
  }

  data(visitor: Visitor, envelope: MailEnvelope): PduIntake {
    const mail: SeenMail = { visitor, envelope, chunks: [], finished: 0, aborted: 0 };
    this.mails.push(mail);
    this.#events.emit('data');
    if (this.#script.data !== undefined) return this.#script.data(visitor, envelope);
    return {
      write: (chunk) => {
        mail.chunks.push(Buffer.from(chunk));
        this.#events.emit('chunk');
        return this.#script.write?.(mail);
      },
      finish: () => {
        mail.finished += 1;
        this.#events.emit('finish');
        return this.#script.finish?.(mail) ?? Promise.resolve(stored);
      },
      abort: () => {
        mail.aborted += 1;
        this.#events.emit('abort');
      },
    };
  }

  goodbye(visitor: Visitor): void {
    this.asked.push(['goodbye', visitor.account ?? '']);
    this.#events.emit('goodbye');
  }

  /** The questions of one kind, without its name. */
  askedFor(kind: string): unknown[][] {
    return this.asked.filter(([name]) => name === kind).map(([, ...rest]) => rest);
  }
}

export const contentOf = (mail: SeenMail | undefined): string =>
  Buffer.concat(mail?.chunks ?? []).toString('latin1');

/** A promise, and the function that fulfils it. */
export function promised<T>(): { readonly promise: Promise<T>; readonly fulfil: (value: T) => void } {
  let fulfil: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    fulfil = resolve;
  });
  return { promise, fulfil };
}

export interface Scene {
  readonly server: SmtpServer;
  readonly reception: ScriptedReception;
  readonly logged: { readonly message: string; readonly fields: Record<string, unknown> }[];
  /** A connection whose greeting has not been read. */
  readonly connect: () => Promise<RawClient>;
  /** A connection that has said EHLO. */
  readonly greeted: () => Promise<RawClient>;
  /** A connection that has come as far as the 354. */
  readonly inData: () => Promise<RawClient>;
}

/** A server with a scripted reception, gone when the test is over. */
export async function scene(
  t: TestContext,
  script: Script = {},
  options: Partial<SmtpServerOptions> = {},
): Promise<Scene> {
  const reception = new ScriptedReception(script);
  const logged: Scene['logged'] = [];
  const log = (fields: Record<string, unknown>, message: string): number => logged.push({ message, fields });
  const server = await startSmtpServer({
    host: '127.0.0.1',
    port: 0,
    name: 'mx.op-b.example',
    wireSize: 446_464,
    hardLimit: 1_000_000,
    auth: false,
    allowPlainAuth: false,
    maxConnections: 50,
    idleTimeout: 60_000,
    reception,
    logger: { warn: log, error: log },
    ...options,
  });
  t.after(() => server.close(0));
  const connect = (): Promise<RawClient> => RawClient.connect(server.address.port);
  const greeted = async (): Promise<RawClient> => {
    const client = await connect();
    await client.reply();
    await client.say('EHLO Out1.op-a.example');
    return client;
  };
  const inData = async (): Promise<RawClient> => {
    const client = await greeted();
    await beginData(client);
    return client;
  };
  return { server, reception, logged, connect, greeted, inData };
}

/** MAIL, RCPT and DATA, up to the 354. */
export async function beginData(client: RawClient): Promise<void> {
  client.send(`MAIL FROM:<${sender}>\r\nRCPT TO:<${recipient}>\r\nDATA\r\n`);
  const replies = await client.replies(3);
  if (!replies[2]?.startsWith('354')) throw new Error(`DATA was refused: ${replies.join(' | ')}`);
}
