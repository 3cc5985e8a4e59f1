import type { Pdu, RequestStatus } from '../domain/mm4/pdu.ts';
import type { SendOutcome } from '../domain/ports.ts';

/**
 * What the engine counts as it works, for whoever watches it. Partners and routes are named as in the configuration; no number, id
 * or free text of a peer is ever given. Counting cannot fail and decides nothing.
 */
export interface Meters {
  /** A PDU got its 250 and is recorded. */
  accepted(partner: string, kind: Pdu['kind']): void;
  /** It is one of those accepted, and fits no message. */
  orphaned(partner: string, kind: Pdu['kind']): void;
  /** It is one of those accepted, and came before. */
  repeated(partner: string, kind: Pdu['kind']): void;
  /**
   * A PDU was turned away for good, by SMTP or by the RES it asked for.
   *
   * @param code the SMTP code that says it, also where the RES did
   * @param error the first thing that was wrong with it
   */
  refused(partner: string, code: number, error: string): void;
  /** One try to send something on a route. */
  tried(route: string, what: 'forward' | 'res' | 'report', outcome: SendOutcome['kind']): void;
  /**
   * A RES came that had not come before.
   *
   * @param seconds since what it answers was sent; null: that was not being waited for any more, or not yet
   */
  resReceived(route: string, status: RequestStatus, seconds: number | null): void;
  /** A RES did not come in time. */
  resTimedOut(route: string): void;
  /** Something was noted in a stream that has no messages, such as `RouteDown` or `Alarm` in `partner-<name>`. */
  noted(stream: string, event: string): void;
}

const ignore = (): void => undefined;

/** Counts nothing. */
export const silentMeters: Meters = {
  accepted: ignore,
  orphaned: ignore,
  repeated: ignore,
  refused: ignore,
  tried: ignore,
  resReceived: ignore,
  resTimedOut: ignore,
  noted: ignore,
};
