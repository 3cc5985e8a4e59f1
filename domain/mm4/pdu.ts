import type { HeaderField } from './header-block.ts';

/**
 * A decoded MM4 PDU (3GPP TS 23.140 clause 8.4, as carried in mail). One PDU is one complete mail.
 * Instants are milliseconds since 1970 UTC, sizes are octets.
 */
export type PduKind =
  | 'MM4_forward.REQ'
  | 'MM4_forward.RES'
  | 'MM4_delivery_report.REQ'
  | 'MM4_delivery_report.RES'
  | 'MM4_read_reply_report.REQ'
  | 'MM4_read_reply_report.RES';

export type ResKind = Extract<PduKind, `${string}.RES`>;

/** An identifier as it stood on the wire (to be echoed) and in its normal form (to be compared). */
export interface Id {
  /** Quotes and all; null when it was missing and the normal form was taken from elsewhere. */
  readonly raw: string | null;
  readonly normal: string;
  readonly synthesised?: true;
}

export interface Version {
  readonly raw: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

export type AddressKind = 'plmn' | 'email' | 'shortcode' | 'system' | 'ipv4' | 'ipv6' | 'malformed' | 'other';

export interface Address {
  readonly kind: AddressKind;
  /** Normal form for comparison: `+E164`, short code, or mailbox with a lower-case domain. */
  readonly value: string;
  /** The domain after the number, lower case. Never set for `email` and `system`. */
  readonly domain?: string;
  /** As written, without display name and angle brackets: what a report must repeat. */
  readonly raw: string;
}

export interface Flags {
  readonly ackRequest: boolean;
  readonly deliveryReport: boolean;
  readonly originatorRsDeliveryReport: boolean;
  readonly readReply: boolean;
  readonly senderVisibility: 'Show' | 'Hide';
  readonly priority: 'Low' | 'Normal' | 'High';
  readonly messageClass: 'Personal' | 'Advertisement' | 'Informational' | 'Auto';
  readonly forwardCounter: number;
  readonly adaptationAllowed: boolean;
  readonly drmContent: boolean;
}

export interface Expiry {
  readonly form: 'absolute' | 'relative';
  readonly raw: string;
  readonly seconds?: number;
  readonly at: number;
}

/** One leaf of the MIME tree, multiparts flattened, in order of appearance. */
export interface Part {
  readonly type: string;
  readonly encoding: string;
  /** Decoded octets, and their SHA-256 in hex. */
  readonly size: number;
  readonly sha256: string;
  readonly contentId?: string;
  readonly contentLocation?: string;
  readonly name?: string;
  readonly charset?: string;
}

export interface PreviouslySent {
  readonly index: number;
  readonly by?: Address;
  readonly at?: number;
}

export type StatusClass = 'success' | 'transient' | 'permanent';

export const requestStatuses = [
  'Ok',
  'Error-unspecified',
  'Error-service-denied',
  'Error-message-format-corrupt',
  'Error-sending-address-unresolved',
  'Error-message-not-found',
  'Error-network-problem',
  'Error-content-not-accepted',
  'Error-unsupported-message',
] as const;
export type RequestStatus = (typeof requestStatuses)[number];

export type MmStatus =
  'Retrieved' | 'Expired' | 'Rejected' | 'Deferred' | 'Unrecognised' | 'Indeterminate' | 'Forwarded';

export type ReadStatus = 'Read' | 'Deleted without being read';

/** What every PDU has or may lack. */
export interface PduCommon {
  readonly messageTypeRaw: string | null;
  readonly version: Version | null;
  readonly transactionId: Id | null;
  readonly messageId: Id | null;
  /** RFC 5322 Message-ID, with its angle brackets. */
  readonly rfcMessageId: string | null;
  readonly date: number | null;
  readonly ackRequest: boolean;
  /** Where an answer is to be mailed (reference 1.4, 3.6), resolved; null when nothing usable is known. */
  readonly answerTo: string | null;
  /** The whole header block in order, raw. */
  readonly fields: readonly HeaderField[];
  readonly unknownHeaders: readonly string[];
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
}

export interface Application {
  readonly id?: string;
  readonly replyId?: string;
  readonly auxInfo?: string;
}

export interface ForwardReq extends PduCommon {
  readonly kind: 'MM4_forward.REQ';
  readonly from: Address | null;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  /** Envelope recipients that stand in no header. */
  readonly bcc: readonly Address[];
  readonly originatorSystem: string | null;
  readonly flags: Flags;
  readonly subject?: string;
  readonly expiry?: Expiry;
  readonly parts: readonly Part[];
  readonly rootPart?: string;
  readonly previouslySent: readonly PreviouslySent[];
  readonly contentClass?: string;
  readonly application?: Application;
}

export interface Res extends PduCommon {
  readonly kind: ResKind;
  readonly status: {
    readonly requestStatus: RequestStatus;
    readonly class: StatusClass;
    readonly raw: string | null;
    readonly text?: string;
    /** Rel-6 X-Mms-Request-Recipients: the status is theirs alone. */
    readonly recipients?: readonly Address[];
  };
}

interface ReportReq extends PduCommon {
  /** The addressee of the original message, by the header's own orientation (`From`). */
  readonly subject: Address | null;
  /** The originator of the original message (`To`). */
  readonly destination: Address | null;
  /** `Sender`, which some peers use for the addressee (reference 3.4). */
  readonly sender: Address | null;
  readonly application?: Application;
}

export interface DeliveryReportReq extends ReportReq {
  readonly kind: 'MM4_delivery_report.REQ';
  readonly status: {
    readonly mmStatus: MmStatus;
    readonly final: boolean;
    readonly raw: string | null;
    readonly extension?: string;
    readonly text?: string;
    /** Header value; undefined when absent: then yes if the sender's handset asked (reference 3.10). */
    readonly forwardToOriginatorUA?: boolean;
  };
}

export interface ReadReportReq extends ReportReq {
  readonly kind: 'MM4_read_reply_report.REQ';
  readonly status: { readonly readStatus: ReadStatus; readonly raw: string | null; readonly text?: string };
}

/** X-Mms headers, but a Message-Type nobody defined. `resType` is the RES that may answer it. */
export interface UnknownPdu extends PduCommon {
  readonly kind: 'unknown';
  readonly resType: string | null;
}

/** No X-Mms header at all. */
export interface NotMm4 extends PduCommon {
  readonly kind: 'not-mm4';
}

export type Pdu = ForwardReq | Res | DeliveryReportReq | ReadReportReq | UnknownPdu | NotMm4;

/** The SMTP envelope a PDU came in. Addresses as written between the angle brackets. */
export interface Envelope {
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  /** MAIL's SIZE parameter, octets. */
  readonly size?: number;
}
