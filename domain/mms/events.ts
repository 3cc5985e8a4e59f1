import type { Flags, Id, MmStatus, ReadStatus, RequestStatus } from '../mm4/pdu.ts';
import type { ContentRef, SmtpReply } from '../ports.ts';
import type {
  AnswerPlan,
  IntakeRecipient,
  Origin,
  PartyAddress,
  PduEvidence,
  PeerEvidence,
  Refusal,
  RelayPlan,
  ResStatus,
  ReturnPath,
  SessionEvidence,
  VariantKey,
} from './facts.ts';
import type { Dropped, Held, Parked, Released, Rerouted, Resent } from './hand-events.ts';

export type * from './facts.ts';
export type * from './hand-events.ts';

/**
 * Everything that can happen to an MMS. One message is one stream of these, and the stream is the only truth.
 *
 * A message comes in (`Received`, an *intake*, one per PDU that brought new recipients). Each *recipient* is `Routed`; those
 * that go the same way share a *leg*, one MM4 transaction with one partner. A leg is tried (`ForwardStarted` is the claim: who
 * appended it, and nobody else, may send) until `ForwardSent`, and answered by the partner's RES (`AckReceived`). Later the partner
 * reports on each recipient (`Delivered`, `ReadReported` ...), and we relay that to where the message came from. PDUs that ask for
 * an answer get their RES from us (`AckSent`). When nothing is owed or awaited any more, the stream is `Closed`.
 *
 * Instants are milliseconds since 1970 UTC, sizes octets, addresses in normal form (`+447700900456`) unless called raw.
 */
export type MmsEvent =
  | Received
  | Routed
  | ForwardStarted
  | ForwardSent
  | ForwardDeferred
  | ForwardRefused
  | ForwardOutcomeUnknown
  | AckReceived
  | AckTimedOut
  | AckSent
  | AckDeferred
  | AckAbandoned
  | Delivered
  | DeliveryDeferred
  | DeliveryFailed
  | ReadReported
  | ReportRelayed
  | ReportDeferred
  | ReportAbandoned
  | ReportAckReceived
  | Notified
  | Held
  | Released
  | Rerouted
  | Resent
  | Dropped
  | Parked
  | DuplicateReceived
  | VariantOpened
  | Closed
  | Reopened
  | OrphanReceived
  | RefusedReceived
  | Attached;

/** A forward.REQ brought recipients in. Appended, and synced, before its SMTP 250. */
export interface Received {
  readonly type: 'Received';
  readonly intake: number;
  readonly from: Origin;
  readonly messageId: Id;
  readonly transactionId: Id;
  readonly rfcMessageId: string | null;
  readonly version: string | null;
  readonly envelope: { readonly mailFrom: string; readonly rcptTo: readonly string[] };
  readonly sender: PartyAddress;
  readonly recipients: readonly IntakeRecipient[];
  readonly flags: Flags;
  readonly submittedAt: number | null;
  readonly expiresAt: number;
  readonly parts: readonly { readonly type: string; readonly size: number; readonly sha256: string }[];
  readonly size: { readonly wire: number; readonly body: number; readonly decoded: number };
  readonly bodySha256: string;
  readonly eightBit: boolean;
  /** The sealed body; null when there was none. */
  readonly content: ContentRef | null;
  /** The sealed header block. */
  readonly head: ContentRef;
  readonly session: SessionEvidence;
  readonly warnings: readonly string[];
  /** What the partner is told about it, by RES if it asked for one. */
  readonly status: { readonly code: RequestStatus; readonly text?: string };
  readonly answer: AnswerPlan | null;
  /** Where reports on this intake's recipients go; null: the partner has no route back. */
  readonly reportsTo: ReturnPath | null;
  /** Of an own subscriber's message: digest of what was submitted, by which a repeat under the same key is known. */
  readonly submission?: string;
}

/** Where a recipient's message goes, and why. */
export interface Routed {
  readonly type: 'Routed';
  readonly recipient: string;
  readonly to:
    | { readonly kind: 'route'; readonly partner: string; readonly route: string; readonly leg: number }
    | { readonly kind: 'Direct' | 'WAPPush' | 'BlockMessage' };
  readonly by: 'mask' | 'default' | 'fixed' | 'sender' | 'none';
  readonly mask?: string;
  readonly routedAt: number;
  /** After this the leg is not tried any more: the message's expiry or the route's deadline, the earlier. */
  readonly deadline: number;
}

/** A worker that holds a greeted session claimed one attempt at a leg. Everything it will put on the wire is fixed here. */
export interface ForwardStarted {
  readonly type: 'ForwardStarted';
  readonly leg: number;
  readonly attempt: number;
  readonly recipients: readonly string[];
  readonly transactionId: string;
  readonly rfcMessageId: string;
  readonly worker: string;
  readonly leaseUntil: number;
  readonly requestAck: boolean;
  readonly onUnknownOutcome: 'resend' | 'hold';
  readonly onAckTimeout: 'leave' | 'resend';
  /** Who this partner is told it is from, where the route's sender rule puts another in the sender's place. */
  readonly sender?: string;
}

/** The partner took it: responsibility has passed. It may be told late, after the claim was void, and counts all the same. */
export interface ForwardSent {
  readonly type: 'ForwardSent';
  readonly leg: number;
  readonly attempt: number;
  readonly recipients: readonly string[];
  readonly reply: SmtpReply;
  /** Of the body that left; equals `Received.bodySha256` unless a dialect switch derived another. */
  readonly bodySha256: string;
  readonly wireSize: number;
  readonly peer: PeerEvidence;
  /** The sealed SMTP dialogue with the header block that was sent. */
  readonly dialogue: ContentRef | null;
  /** When we stop waiting for the RES; null: none was asked for. */
  readonly ackUntil: number | null;
}

/** Not taken now; another try follows. Where others of the leg were taken, these go on in a leg of their own (`newLeg`). */
export interface ForwardDeferred {
  readonly type: 'ForwardDeferred';
  readonly leg: number;
  readonly attempt: number;
  readonly recipients: readonly string[];
  readonly newLeg?: number;
  readonly why: Refusal;
  readonly nextAttemptAt: number;
  /** The next attempt is a new MM4 transaction (a RES refused this one for now). */
  readonly newTransaction?: true;
}

/** Refused for good by the partner, or by a rule of ours about the partner (`why.by`). */
export interface ForwardRefused {
  readonly type: 'ForwardRefused';
  readonly leg: number;
  readonly attempt: number;
  readonly recipients: readonly string[];
  readonly why: Refusal;
  readonly status: RequestStatus;
}

/** It may have got through: the line dropped after the final dot, or the worker that claimed it is gone. Never guessed. */
export interface ForwardOutcomeUnknown {
  readonly type: 'ForwardOutcomeUnknown';
  readonly leg: number;
  readonly attempt: number;
  readonly why: string;
  /** The partner's policy: send again with the same ids, or wait for an operator. */
  readonly then: 'resend' | 'hold';
  readonly nextAttemptAt: number;
}

/** The partner's RES to a forward. For each recipient the first one stands; later ones are recorded and marked. */
export interface AckReceived {
  readonly type: 'AckReceived';
  readonly leg: number;
  /** Those the status applies to: of the leg, or of its Request-Recipients (Rel-6), all that had no answer yet. */
  readonly recipients: readonly string[];
  readonly status: ResStatus;
  readonly text?: string;
  readonly mark?: AckMark;
  readonly pdu: PduEvidence;
  /** The partner's own id for this message, if its RES named another than ours. */
  readonly alias?: string;
}

/**
 * - `early`: it came before we recorded that what it answers was sent.
 * - `late`: after we had stopped waiting, or to an earlier attempt.
 * - `second`: it says again what the first one said, and changes nothing.
 * - `contradicting`: it says otherwise, and changes nothing either.
 */
export type AckMark = 'early' | 'late' | 'second' | 'contradicting';

/** The RES we waited for did not come in time: to a forward (`leg`) or to a relayed report. The partner has it all the same. */
export interface AckTimedOut {
  readonly type: 'AckTimedOut';
  readonly leg?: number;
  readonly report?: number;
  readonly at: number;
  readonly then: 'leave' | 'resend';
}

/** Our RES left. `answer` names the REQ it answers. */
export interface AckSent {
  readonly type: 'AckSent';
  readonly answer: string;
  readonly status: RequestStatus;
  readonly reply: SmtpReply;
  readonly peer: PeerEvidence;
}

export interface AckDeferred {
  readonly type: 'AckDeferred';
  readonly answer: string;
  readonly why: Refusal;
  readonly nextAttemptAt: number;
}

export interface AckAbandoned {
  readonly type: 'AckAbandoned';
  readonly answer: string;
  readonly why: Refusal;
}

/** The recipient has it. */
export interface Delivered extends ReportFacts {
  readonly type: 'Delivered';
}

/** Not yet: the recipient put it off, passed it on, or nobody can tell. */
export interface DeliveryDeferred extends ReportFacts {
  readonly type: 'DeliveryDeferred';
  readonly status: MmStatus;
}

/** The recipient will not get it. `source` says by whom. */
export interface DeliveryFailed extends ReportFacts {
  readonly type: 'DeliveryFailed';
  readonly status: MmStatus;
  readonly by: 'us' | 'partner' | 'user';
}

/** The recipient read it, or deleted it unread. */
export interface ReadReported extends ReportFacts {
  readonly type: 'ReadReported';
  readonly status: ReadStatus;
}

interface ReportFacts {
  readonly recipient: string;
  /** When it happened to the message, by the reporter's clock. */
  readonly happenedAt: number;
  /** False: recorded only, since an earlier report outranks it (protocol reference 2.2). */
  readonly stands: boolean;
  readonly source: ReportSource;
  /** The RES owed to the reporter. */
  readonly answer: AnswerPlan | null;
  /** The report owed to where the message came from. */
  readonly relay: RelayPlan | null;
}

export type ReportSource =
  | {
      readonly kind: 'partner';
      readonly pdu: PduEvidence;
      readonly rawStatus: string | null;
      readonly extension?: string;
      readonly text?: string;
    }
  /** Our own subscriber's handset, through its gateway. */
  | { readonly kind: 'handset'; readonly gateway: string; readonly address: string }
  | { readonly kind: 'us'; readonly why: Refusal };

/** A report left towards the originator. */
export interface ReportRelayed {
  readonly type: 'ReportRelayed';
  readonly report: number;
  readonly recipient: string;
  readonly reply: SmtpReply;
  readonly peer: PeerEvidence;
  readonly ackUntil: number | null;
}

export interface ReportDeferred {
  readonly type: 'ReportDeferred';
  readonly report: number;
  readonly why: Refusal;
  readonly nextAttemptAt: number;
}

export interface ReportAbandoned {
  readonly type: 'ReportAbandoned';
  readonly report: number;
  readonly why: Refusal;
}

/** The originator's RES to a report we relayed. */
export interface ReportAckReceived {
  readonly type: 'ReportAckReceived';
  readonly report: number;
  readonly status: ResStatus;
  readonly text?: string;
  readonly mark?: AckMark;
  readonly pdu: PduEvidence;
}

/** An own recipient's handset gateway has it: the recipient can fetch it. */
export interface Notified {
  readonly type: 'Notified';
  readonly recipient: string;
  readonly gateway: string;
}

/** A REQ came again. It is answered again with the stored answer and changes nothing else. */
export interface DuplicateReceived {
  readonly type: 'DuplicateReceived';
  readonly of: 'forward' | 'delivery-report' | 'read-report';
  readonly pdu: PduEvidence;
  readonly answer: AnswerPlan | null;
}

/** The same id with another content, partner or forward counter lives in a stream of its own. */
export interface VariantOpened {
  readonly type: 'VariantOpened';
  readonly variant: number;
  readonly uid: string;
  readonly key: VariantKey;
}

/** Nothing is owed or awaited. */
export interface Closed {
  readonly type: 'Closed';
}

/** Something happened after the close. */
export interface Reopened {
  readonly type: 'Reopened';
  readonly because: MmsEvent['type'];
}

// ---------------------------------------------------------------- PDUs that belong to no message

/** In an `orphan-` stream: a RES or report that fits no message of that partner. Kept, and answered if it asked. */
export interface OrphanReceived {
  readonly type: 'OrphanReceived';
  readonly pduKind: string;
  readonly messageId: Id | null;
  readonly pdu: PduEvidence;
  readonly envelope: { readonly mailFrom: string; readonly rcptTo: readonly string[] };
  readonly why: string;
  /** The message whose transaction id it bore, though it came through a partner that may not answer for it. */
  readonly concerns: string | null;
  readonly answer: AnswerPlan | null;
}

/** In a `refused-` stream: a PDU that was turned away, with its raw bytes and what it was told. */
export interface RefusedReceived {
  readonly type: 'RefusedReceived';
  readonly pduKind: string;
  readonly messageId: Id | null;
  readonly pdu: PduEvidence;
  readonly envelope: { readonly mailFrom: string; readonly rcptTo: readonly string[] };
  readonly size: number;
  readonly content: ContentRef | null;
  readonly errors: readonly string[];
  readonly reply: SmtpReply;
  readonly answer: AnswerPlan | null;
}

/** An orphan found its message after all. An answer that is still owed is given by the message. */
export interface Attached {
  readonly type: 'Attached';
  readonly uid: string;
  readonly by: string;
}
