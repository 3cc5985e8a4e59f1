import type { Flags, Id, MmStatus, RequestStatus } from '../mm4/pdu.ts';
import type { ContentRef } from '../ports.ts';
import type {
  AnswerPlan,
  IntakeRecipient,
  Origin,
  PartyAddress,
  RelayPlan,
  ReturnPath,
  SessionEvidence,
  VariantKey,
} from './events.ts';

/** What the events of one message amount to. Only what a decision needs to know is kept. */
export interface MmsState {
  readonly intakes: readonly Intake[];
  readonly recipients: ReadonlyMap<string, Recipient>;
  readonly legs: readonly Leg[];
  readonly answers: readonly Answer[];
  readonly reports: readonly Report[];
  readonly variants: readonly Variant[];
  readonly duplicates: number;
  readonly closed: boolean;
  /** Stopped by an operator or rule (`held`), or because it made its worker fail (`parked`). */
  readonly hold: { readonly kind: 'held' | 'parked'; readonly by: string; readonly why: string } | null;
  /** PDUs kept in a stream of their own (`orphan-`, `refused-`); such a stream has no intakes. */
  readonly evidence: number;
  /** An orphan that found its message. */
  readonly attached: boolean;
}

/** One REQ that brought recipients in. All intakes of a stream have the same content. */
export interface Intake {
  readonly intake: number;
  readonly from: Origin;
  readonly key: VariantKey;
  readonly messageId: Id;
  readonly sender: PartyAddress;
  readonly flags: Flags;
  readonly expiresAt: number;
  readonly content: ContentRef | null;
  readonly head: ContentRef;
  readonly size: { readonly wire: number; readonly body: number; readonly decoded: number };
  readonly bodySha256: string;
  readonly eightBit: boolean;
  readonly mailFrom: string;
  readonly session: SessionEvidence;
  readonly reportsTo: ReturnPath | null;
  readonly status: { readonly code: RequestStatus; readonly text?: string };
  readonly submission?: string;
}

export interface Recipient extends IntakeRecipient {
  readonly intake: number;
  /** Unrouted recipients wait for a routing answer. */
  readonly leg: number | null;
  /** Of an own subscriber: whether its handset gateway knows, and when the message expires. */
  readonly mailbox: { readonly notified: boolean; readonly at: number; readonly deadline: number } | null;
  readonly routed: boolean;
  readonly delivery: DeliveryStatus;
  readonly read: boolean;
  /** Identity of the reports already taken, so that a repeated PDU is known again. */
  readonly reportsSeen: readonly string[];
}

export type DeliveryStatus =
  | { readonly kind: 'pending' }
  | { readonly kind: 'interim'; readonly status: MmStatus; readonly happenedAt: number }
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly status: MmStatus; readonly by: 'us' | 'partner' | 'user' };

/** One MM4 transaction with one partner, with its attempts. */
export interface Leg {
  readonly leg: number;
  readonly partner: string;
  readonly route: string;
  readonly routedAt: number;
  readonly deadline: number;
  readonly recipients: readonly string[];
  readonly attempts: number;
  /** Ids of the transaction in hand; null: the next attempt begins a new one. */
  readonly ids: { readonly transactionId: string; readonly rfcMessageId: string } | null;
  /** Every transaction id this leg ever used: a RES may answer an earlier attempt. */
  readonly transactionIds: readonly string[];
  /** The attempt that the transaction in hand began with. */
  readonly transactionFrom: number;
  /** The attempts that the partner answered with 250. */
  readonly sent: readonly number[];
  /** An attempt had an outcome that nobody knows: it may have got through. */
  readonly outcomeUnknown: boolean;
  /** The first final RES for each recipient. It stands. */
  readonly res: ReadonlyMap<string, RequestStatus>;
  /** Refused for now by a RES that came while the attempt was still in hand. */
  readonly refusedForNow: readonly string[];
  /** Second and contradicting RES so far. */
  readonly repeatedRes: number;
  readonly stage: LegStage;
}

export type LegStage =
  | { readonly kind: 'waiting'; readonly nextAttemptAt: number }
  | {
      readonly kind: 'claimed';
      readonly worker: string;
      readonly leaseUntil: number;
      readonly terms: LegTerms;
    }
  | { readonly kind: 'sent'; readonly ackUntil: number | null; readonly terms: LegTerms }
  /** Unknown outcome, and the partner's policy is to wait for an operator. */
  | { readonly kind: 'held' }
  | { readonly kind: 'timed-out' }
  /** Refused: its recipients failed, unless the partner had taken them before. */
  | { readonly kind: 'ended' };

/** The partner's policy when the attempt began. */
export interface LegTerms {
  readonly onUnknownOutcome: 'resend' | 'hold';
  readonly onAckTimeout: 'leave' | 'resend';
}

/** A RES owed to a partner. */
export interface Answer {
  readonly plan: AnswerPlan;
  readonly stage: Effort;
  /** How often it was put off. */
  readonly tries: number;
}

/** A report owed to the originator, or sent and awaiting its RES. */
export interface Report {
  readonly plan: RelayPlan;
  readonly recipient: string;
  readonly stage: Effort | { readonly kind: 'awaiting-ack'; readonly until: number };
  /** How often it was put off. */
  readonly tries: number;
  /** The first final RES. It may come before we recorded the sending. */
  readonly res: RequestStatus | null;
  /** Refused for now by a RES that came before we recorded the sending: when that RES would have been due, it is sent again. */
  readonly refusedForNow: boolean;
  /** RES so far that were not the first final one. */
  readonly repeatedRes: number;
}

/** A harmless effect: it may be repeated, so it has no claim. */
export type Effort = { readonly kind: 'owed'; readonly at: number } | { readonly kind: 'done' };

export interface Variant {
  readonly variant: number;
  readonly uid: string;
  readonly key: VariantKey;
}

/** A stream nobody has written to. */
export const nothing: MmsState = {
  intakes: [],
  recipients: new Map(),
  legs: [],
  answers: [],
  reports: [],
  variants: [],
  duplicates: 0,
  closed: false,
  hold: null,
  evidence: 0,
  attached: false,
};

/** The first intake: the message as it first came. */
export function firstIntake(state: MmsState): Intake {
  const intake = state.intakes[0];
  if (intake === undefined) throw new Error('the stream has no Received');
  return intake;
}

export function intakeOf(state: MmsState, recipient: Recipient): Intake {
  const intake = state.intakes[recipient.intake];
  if (intake === undefined) throw new Error(`no intake ${recipient.intake}`);
  return intake;
}

export function legOf(state: MmsState, number: number): Leg {
  const leg = state.legs[number - 1];
  if (leg === undefined) throw new Error(`no leg ${number}`);
  return leg;
}

export function recipientOf(state: MmsState, address: string): Recipient {
  const recipient = state.recipients.get(address);
  if (recipient === undefined) throw new Error(`no recipient ${address}`);
  return recipient;
}

/** A final status is in: only a success can still change it, or after `Indeterminate` any certainty. */
export function isFinal(delivery: DeliveryStatus): boolean {
  return delivery.kind === 'delivered' || delivery.kind === 'failed';
}

/**
 * Recipients that are still on a leg (an operator may have rerouted others), of whom we know neither by RES nor by report that the partner took them on, and who have not failed:
 * for their sake the leg is tried, and its RES awaited.
 */
export function unacknowledged(state: MmsState, leg: Leg): readonly string[] {
  return leg.recipients.filter((address) => {
    const recipient = state.recipients.get(address);
    if (recipient?.leg !== leg.leg) return false;
    return recipient.delivery.kind === 'pending' && !recipient.read && !leg.res.has(address);
  });
}

/** The partner answered 250 to the transaction in hand: the responsibility is its own now. */
export function isTaken(leg: Leg): boolean {
  return leg.sent.some((attempt) => attempt >= leg.transactionFrom);
}

/** The partner may have it, or has it. */
export function mayHaveGotThrough(leg: Leg): boolean {
  return isTaken(leg) || leg.outcomeUnknown || leg.res.size > 0;
}

/** This attempt's transaction is in hand and not known to be sent: the leg would go on trying. */
export function awaitsSending({ stage, transactionFrom }: Leg, attempt: number): boolean {
  const trying = stage.kind === 'claimed' || stage.kind === 'waiting' || stage.kind === 'held';
  return trying && attempt >= transactionFrom;
}

/** What makes two report PDUs on one recipient the same (protocol reference 3.5): status and Date; a read report comes once. */
export function reportIdentity(status: string, date: number | null): string {
  return status === 'Read' || status === 'Deleted without being read' ? 'read' : `${status} ${date ?? ''}`;
}
