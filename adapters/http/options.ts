import type * as E from 'fp-ts/lib/Either.js';

import type { Endpoint } from '../../domain/configuration.ts';
import type { Clock } from '../../domain/ports.ts';
import type { Log, PasswordComparison } from '../../engine/context.ts';
import type { Handsets } from '../../engine/handsets/handsets.ts';
import type { Operator } from '../../engine/operator/operator.ts';

/** What the HTTP server stands on. What is left out is not served. */
export interface HttpServerOptions {
  readonly listen: Endpoint;
  /** Asked for as bearer token; empty: none is, and only this machine is served. */
  readonly token: string;
  readonly passwords: PasswordComparison;
  readonly clock: Clock;
  readonly log: Log;
  readonly status: EngineStatus;
  readonly mailbox?: MailboxOptions;
  readonly operation?: Operation;
}

/** What the running engine says about itself. */
export interface EngineStatus {
  /** Null: ready to work. Else why not, for an operator. */
  readonly notReady: () => Promise<string | null>;
  /** Live facts about each route. */
  readonly partners: () => Promise<unknown>;
  /** For Prometheus. */
  readonly metrics?: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface MailboxOptions {
  readonly handsets: Handsets;
  /** The mailbox's name in events. */
  readonly gateway: string;
  /** Of all parts of a message together, octets (`limits.decodedContent`). */
  readonly maxContent: number;
}

/** What an operator may do. What is left out is not served. */
export interface Operation {
  readonly operator: Operator;
  readonly hasPartner: (name: string) => boolean;
  /** Reads the configuration again and takes it into force. Left: why it stays as it was. */
  readonly reload?: (
    by: string,
  ) => Promise<E.Either<string, { readonly digest: string; readonly changes: readonly string[] }>>;
  /** Tells every line of the talk with a partner from now on, each as it will stand in JSON; the answer ends it. */
  readonly trace?: (partner: string, onLine: (line: object) => void) => () => void;
}
