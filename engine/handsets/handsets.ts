import type * as E from 'fp-ts/lib/Either.js';

import type { ContentPart } from '../../domain/mm4/compose.ts';
import type { Flags, MmStatus, ReadStatus } from '../../domain/mm4/pdu.ts';

/**
 * What a handset gateway may ask of the engine for our own subscribers: the other side of the port `HandsetGateway`. The HTTP mailbox
 * stands on it; an MM1 gateway would too (m-send.req is `submit`, m-retrieve.conf `retrieve`, m-read-rec.ind `read`). Numbers in
 * normal form, `+447700900401`; instants in milliseconds since 1970 UTC.
 */
export interface Handsets {
  /** Takes a message of an own subscriber. Durable when it answers. The same key and the same message: the first answer again. */
  submit(submission: Submission): Promise<E.Either<HandsetProblem, Submitted>>;
  /** What waits for a subscriber or was fetched by it, and what it sent, the latest first. */
  list(question: {
    readonly number: string;
    readonly box: 'in' | 'out';
    readonly max: number;
  }): Promise<E.Either<HandsetProblem, readonly MailboxEntry[]>>;
  /** One message of this subscriber's; nothing is owed for looking. */
  look(number: string, uid: string): Promise<E.Either<HandsetProblem, MailboxEntry>>;
  /** Fetches the content: from now on the message counts as delivered, and the originator's delivery report is owed. */
  retrieve(handset: Handset, uid: string): Promise<E.Either<HandsetProblem, Retrieved>>;
  /** The subscriber read it, or deleted it unread. It must have been fetched. */
  read(handset: Handset, uid: string, status: ReadStatus): Promise<E.Either<HandsetProblem, MailboxEntry>>;
  /** The subscriber does not want it. It must not have been fetched. */
  reject(handset: Handset, uid: string): Promise<E.Either<HandsetProblem, MailboxEntry>>;
}

/** Who acts: a subscriber, through which gateway, from where. */
export interface Handset {
  readonly number: string;
  readonly gateway: string;
  readonly address: string;
}

export interface Submission {
  readonly from: Handset;
  /** Numbers, short codes or mailboxes, each once. */
  readonly to: readonly string[];
  readonly subject: string;
  readonly parts: readonly ContentPart[];
  readonly deliveryReport: boolean;
  readonly readReply: boolean;
  readonly priority: Flags['priority'];
  readonly messageClass: Flags['messageClass'];
  /** Milliseconds from now; null: the longest. */
  readonly expiresIn: number | null;
  /** The client's own key for this message; null: every submission is another message. */
  readonly key: string | null;
}

export interface Submitted {
  readonly uid: string;
  readonly messageId: string;
  readonly expiresAt: number;
  /** How each recipient is going; of a refused one the reason. */
  readonly recipients: readonly RecipientView[];
  /** False: this key had been answered before. */
  readonly fresh: boolean;
}

export interface RecipientView {
  readonly address: string;
  readonly status: 'pending' | 'retrieved' | Exclude<MmStatus, 'Retrieved'>;
  readonly read: boolean;
  readonly why: string | null;
}

export interface MailboxEntry {
  readonly uid: string;
  readonly messageId: string;
  /** Null: it wants to stay unknown (X-Mms-Sender-Visibility). */
  readonly from: string | null;
  /** All recipients that are not blind copies, with what was reported on each if this is the sender's own view. */
  readonly recipients: readonly RecipientView[];
  readonly subject: string | null;
  readonly receivedAt: number;
  readonly expiresAt: number;
  readonly size: number;
  readonly parts: readonly { readonly type: string; readonly size: number; readonly sha256: string }[];
  /** Of the one who looks: `sent` in its own outbox. */
  readonly state: 'waiting' | 'retrieved' | 'read' | 'rejected' | 'expired' | 'failed' | 'sent';
}

export interface Retrieved {
  readonly entry: MailboxEntry;
  /** Content-Type and the like, as they stood in the message. */
  readonly contentType: string;
  /** The whole body, octet for octet as it came. */
  readonly body: Uint8Array;
  readonly parts: readonly RetrievedPart[];
}

export interface RetrievedPart {
  readonly type: string;
  readonly name: string | null;
  /** Transfer encoding undone. */
  readonly bytes: Uint8Array;
}

/** Why not. `message` says what to do. */
export interface HandsetProblem {
  readonly kind: 'not-found' | 'not-allowed' | 'conflict' | 'malformed' | 'too-big' | 'gone' | 'unavailable';
  readonly message: string;
}
