import type { AddressKind, MmStatus, ReadStatus, RequestStatus, StatusClass } from '../mm4/pdu.ts';
import type { ContentRef, SmtpReply } from '../ports.ts';

// What the events of a message are made of: parties, statuses, evidence, and plans for what we owe.

/** X-Mms-Request-Status-Code: normal form, what it means for us, and as it stood. */
export interface ResStatus {
  readonly code: RequestStatus;
  readonly class: StatusClass;
  readonly raw: string | null;
}

/**
 * Who brought a PDU: the partner and the VASP entry (`VASPIN`) it came through. A message of an own subscriber comes from
 * `ownSubscribers`, through the handset gateway that is its account.
 */
export interface Origin {
  readonly partner: string;
  readonly account: string;
}

/** No partner can be called so: names begin with a letter or digit. */
export const ownSubscribers = '@own';

/** Who did it, an operator or a rule of the configuration, and the reason that was given. */
export interface Hand {
  readonly by: string;
  readonly why: string;
}

export interface PartyAddress {
  readonly address: string;
  readonly kind: AddressKind;
  /** As the originator wrote it: what reports repeat. */
  readonly raw: string;
}

export interface IntakeRecipient extends PartyAddress {
  readonly rcptTo: string;
  readonly shown: 'to' | 'cc' | 'blind';
}

export interface VariantKey {
  readonly partner: string;
  readonly bodySha256: string;
  readonly partsSha256: string;
  readonly forwardCounter: number;
}

/** Facts of an inbound SMTP session. */
export interface SessionEvidence {
  readonly address: string;
  readonly ehlo: string;
  readonly tls?: string;
  readonly login?: string;
}

/** Facts of an outbound SMTP session. */
export interface PeerEvidence {
  readonly route: string;
  readonly address: string;
  readonly port: number;
  readonly tls?: string;
}

/** An inbound control PDU (RES or report) or duplicate: who sent it, its ids, where its raw bytes are sealed. */
export interface PduEvidence {
  readonly from: Origin;
  readonly address: string;
  readonly transactionId: string | null;
  readonly rfcMessageId: string | null;
  readonly date: number | null;
  readonly sha256: string;
  readonly head: ContentRef;
}

/** Why something did not go through. */
export interface Refusal {
  readonly by: 'us' | 'partner';
  readonly text: string;
  readonly reply?: SmtpReply;
}

/** A RES we owe. All that names it on the wire is fixed when it becomes owed, so that a repeat repeats the same bytes. */
export interface AnswerPlan {
  readonly answer: string;
  readonly pdu: string;
  /** The VASP entry's ack route (MM4 Ack Routing). */
  readonly route: string;
  readonly to: string;
  /** Echoed as they came. */
  readonly transactionId: string;
  readonly messageId: string | null;
  readonly rfcMessageId: string;
  readonly date: number;
  readonly until: number;
  readonly version: string;
  readonly status: RequestStatus;
  readonly text?: string;
}

/** The way back to where a message came from. */
export interface ReturnPath {
  readonly route: string;
  readonly version: string;
  readonly requestAck: boolean;
  /** RCPT of a report: the sender at its own domain. */
  readonly mailTo: string;
}

/** A report we owe the originator, likewise fixed. */
export interface RelayPlan extends ReturnPath {
  readonly report: number;
  readonly kind: 'delivery' | 'read';
  readonly transactionId: string;
  readonly rfcMessageId: string;
  /** When it happened to the message: the report's Date. */
  readonly date: number;
  readonly owedAt: number;
  readonly until: number;
  readonly status: MmStatus | ReadStatus;
  readonly text?: string;
  readonly extension?: string;
  /** X-Mms-Forward-To-Originator-UA (delivery reports). */
  readonly toOriginatorUA: boolean;
}
