import type { SmtpReply } from '../domain/ports.ts';

/**
 * What the SMTP server asks while a partner talks to it. The engine implements it; the server only speaks SMTP.
 * Each question is answered at once, except the one that counts: `finish`, which is the 250.
 */
export interface Reception {
  /** A connection from this address. Refused: the reply is sent at the greeting and the line closed. */
  welcome(address: string): Welcome;
  /** AUTH. The account is the VASP entry's name. */
  login(visitor: Visitor, login: string, password: string): Visitor | SmtpReply;
  /** MAIL FROM, with the SIZE parameter if one was given. Undefined: go on. */
  mail(visitor: Visitor, mailFrom: string, size: number | undefined): SmtpReply | undefined;
  /** RCPT TO; `already` recipients were taken in this transaction. Undefined: go on. */
  rcpt(visitor: Visitor, rcptTo: string, already: number): SmtpReply | undefined;
  /** DATA begins. */
  data(visitor: Visitor, envelope: MailEnvelope): PduIntake;
  /** The connection is gone. */
  goodbye(visitor: Visitor): void;
}

/** Who is on the line, as far as known. Opaque to the server but for `mayMail`. */
export interface Visitor {
  readonly address: string;
  /** False: a stranger, who may reach AUTH and nothing else. */
  readonly mayMail: boolean;
  readonly partner?: string;
  readonly account?: string;
}

export type Welcome = { readonly visitor: Visitor } | { readonly refused: SmtpReply };

export interface MailEnvelope {
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  readonly size: number | undefined;
  readonly ehlo: string;
  /** For example `TLSv1.3 TLS_AES_256_GCM_SHA384`; undefined without TLS. */
  readonly tls: string | undefined;
}

/** One mail on its way in. Bytes are those of DATA with dot-stuffing undone. */
export interface PduIntake {
  /** Takes a chunk; a promise means: too much is in flight, pause the socket until it settles. */
  write(chunk: Uint8Array): Promise<void> | undefined;
  /** The final dot has come. Never rejects; a 250 means durable. */
  finish(): Promise<SmtpReply>;
  /** The line dropped before the final dot: nothing is kept. */
  abort(): void;
}
