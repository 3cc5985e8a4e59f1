import type { Reception } from '../../engine/reception.ts';

export interface SmtpServerOptions {
  readonly host: string;
  /** 0: any free one; see `SmtpServer.address`. */
  readonly port: number;
  /** How this host calls itself in the greeting and to EHLO. */
  readonly name: string;
  /** Octets, announced as SIZE. Whether a mail that says it is bigger may come is for `Reception.mail` to decide. */
  readonly wireSize: number;
  /** Octets of one mail. What comes beyond is read and thrown away, and the mail is refused with 552. */
  readonly hardLimit: number;
  /** PEM. Without it STARTTLS is not offered. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Offer AUTH PLAIN and LOGIN. */
  readonly auth: boolean;
  /** Offer AUTH before TLS as well: passwords then cross the network readable. */
  readonly allowPlainAuth: boolean;
  /** One more is answered 421 and closed. Strangers who may log in have a quarter of them at most. */
  readonly maxConnections: number;
  /** Milliseconds in which the peer says nothing although it is its turn; then 421. */
  readonly idleTimeout: number;
  readonly reception: Reception;
  readonly logger: SmtpLogger;
  /** Gets every line in and out as it passes, passwords blanked, mail content left out. */
  readonly onLine?: (line: DialogueLine) => void;
  /** Whether somebody wants the lines now; without it somebody always does. */
  readonly isHeard?: () => boolean;
}

export interface SmtpLogger {
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface DialogueLine {
  /** The same for all lines of one connection. */
  readonly connection: string;
  /** Undefined as long as it is not known. */
  readonly partner?: string;
  readonly from: 'peer' | 'us';
  readonly text: string;
}

export interface SmtpServer {
  readonly address: { readonly host: string; readonly port: number };
  /** Connections now open. */
  connections(): number;
  /**
   * Stops: no new connections; 421 at once to those who send no mail at the moment, and after their mail to the others. What is
   * still open `graceMs` milliseconds later is cut off. Resolves when the last connection is gone.
   */
  close(graceMs: number): Promise<void>;
}
