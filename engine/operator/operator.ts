import type * as E from 'fp-ts/lib/Either.js';

/**
 * What an operator may do to messages and partners of the running engine. Each act is an event with who and why. Instants in
 * milliseconds since 1970 UTC.
 */
export interface Operator {
  /** How many messages a command would change now, without changing any. */
  preview(command: MessageCommand): Promise<E.Either<string, Preview>>;
  perform(command: MessageCommand, hand: Hand): Promise<E.Either<string, Performed>>;
  /** No new forwards to this partner, until `until` or for good (null). */
  pause(partner: string, until: number | null, hand: Hand): Promise<E.Either<string, void>>;
  resume(partner: string, hand: Hand): Promise<E.Either<string, void>>;
  /** Gives an orphan to a message: the one that `message` names, or the one its ids lead to by now. Right: the message's stream. */
  attach(orphan: string, message: string | null, hand: Hand): Promise<E.Either<string, string>>;
  /** Why something does not move, as far as the running engine knows. */
  why(subject: string): Promise<E.Either<string, readonly Reason[]>>;
}

/** Who does it, and why: both go into the event. */
export interface Hand {
  readonly by: string;
  readonly why: string;
}

export type MessageCommand =
  /** Nothing of the message is forwarded until it is released. RES and reports go on. */
  | { readonly do: 'hold'; readonly what: Selection }
  /** Ends a hold or a parking, and sends again what waits for an operator because its outcome is unknown. */
  | { readonly do: 'release'; readonly what: Selection }
  /** What is not yet acknowledged goes by another route. `evenIfSent`: also what may have got through. */
  | {
      readonly do: 'reroute';
      readonly what: Selection;
      readonly to: string;
      readonly evenIfSent: boolean;
    }
  /** Once more to the same partner: what failed, was not answered, or (`evenIfSent`) may have got through. */
  | { readonly do: 'resend'; readonly what: Selection; readonly evenIfSent: boolean }
  /** As if its time were over: the originator hears `Expired` if it asked. */
  | { readonly do: 'expire'; readonly what: Selection }
  /** Ends it without a word to the originator. */
  | { readonly do: 'drop'; readonly what: Selection };

/** Which messages: those that fit all that is said. At least one is. Only messages that are not closed, except by id. */
export interface Selection {
  /** A uid, a stream, a Message-ID or a transaction id. */
  readonly id?: string;
  /** Messages with something waiting for this partner. */
  readonly partner?: string;
  /** Messages with something waiting for this route. */
  readonly route?: string;
  /** Messages of senders whose address begins so. */
  readonly senderPrefix?: string;
}

export interface Preview {
  /** Messages that fit the selection. */
  readonly selected: number;
  /** Those that the command would change. */
  readonly changed: number;
  /** Why the others stay as they are, with how many. */
  readonly unchanged: readonly { readonly why: string; readonly count: number }[];
  /** A few streams that would change. */
  readonly sample: readonly string[];
}

export type Performed = Omit<Preview, 'sample'>;

/** One thing a message or partner waits for. */
export interface Reason {
  /** For example `forward leg 1 (+4477...) by op-b-out`. */
  readonly what: string;
  readonly since: number;
  /** The next instant at which something happens by itself; null: an operator has to act. */
  readonly next: number | null;
  /** When it is given up; null: never. */
  readonly until: number | null;
  /** What binds: `the route is down`, `the partner is paused by ann: billing dispute`, `rate 10/s` ... */
  readonly binds: string;
  /** The key of the configuration that binds, for example `partners[1].routes[0].rate`; null: none does. */
  readonly configPath: string | null;
  /** The last SMTP reply, RES or failure heard about it; null: none. */
  readonly last: string | null;
}
