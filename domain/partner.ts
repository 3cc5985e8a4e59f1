import type { SenderRule } from './mm4/sender-rule.ts';

/**
 * The commercial side of the configuration, as data that decisions read.
 *
 * A partner is the top-level entity. It owns VASP entries (what it may send us, NowSMS dialog "MMSC VASP") and routes
 * (what we send it, dialog "MMSC Routing"). Durations are milliseconds.
 */
export interface Partner {
  readonly name: string;
  readonly tadig: string;
  /** Domains it may send from; empty: any. */
  readonly domains: readonly string[];
  /** Other partners that may answer for this one (a hub). */
  readonly peers: readonly string[];
  /** Route accounts it may reach through us, besides our own subscribers. */
  readonly transit: readonly string[];
  readonly limits: PartnerLimits;
  readonly dialect: Dialect;
  readonly vasps: readonly VaspEntry[];
  readonly routes: readonly Route[];
}

export interface PartnerLimits {
  /** Messages a second; null: unlimited. */
  readonly rate: number | null;
  readonly connections: number;
  readonly orphansPerHour: number;
}

/** How this partner's MMSC differs from the book (protocol reference, section 9). */
export interface Dialect {
  readonly strict: boolean;
  readonly idQuoting: 'quoted' | 'bare' | 'angle';
  readonly expiryForm: 'absolute' | 'relative';
  readonly typeSuffix: boolean;
  /** Domain put after a recipient's number, if not the route's. */
  readonly rcptDomain: string;
  readonly renamesIds: boolean;
  readonly keepOriginatorDomain: boolean;
  readonly alwaysMultipart: boolean;
  readonly sevenBitOnly: boolean;
  readonly foldLongLines: boolean;
}

export interface VaspEntry extends SenderRule {
  /** Account name: a source address, or a login with a password. It is what `VASPIN` says. */
  readonly account: string;
  readonly password: string;
  readonly description: string;
  /** Addresses, CIDR blocks or `*` masks; when given they count and the account is only a name. */
  readonly ipRestrictions: readonly string[];
  /** The route account on which RES and reports go back. */
  readonly mm4AckRouting: string;
  readonly mmsVersion: string;
  /** `standard`, or the route account that takes everything from here. */
  readonly routing: string;
}

export interface Route extends SenderRule {
  /** Account name. It is what `VASP` says, unique among all partners. */
  readonly account: string;
  readonly description: string;
  /** Recipient masks: `*` any characters, `?` exactly one. */
  readonly recipients: readonly string[];
  readonly defaultRoute: boolean;
  readonly priority: number;
  readonly server: { readonly host: string; readonly port: number };
  readonly login: string;
  readonly password: string;
  /** E-mail domain of the partner. */
  readonly domain: string;
  readonly format: 'MM4' | 'SMTP';
  readonly requestAck: boolean;
  readonly mmsVersion: string;
  readonly maxConnections: number;
  readonly rate: number | null;
  readonly maxRecipientsPerPdu: number;
  readonly tls: 'none' | 'opportunistic' | 'required';
  readonly retry: RetrySchedule;
  readonly deadline: number;
  readonly ackTimeout: number;
  readonly onAckTimeout: 'leave' | 'resend';
  readonly onUnknownOutcome: 'resend' | 'hold';
}

/** Waits before the second, third ... attempt; the last one repeats until the deadline. */
export interface RetrySchedule {
  readonly waits: readonly number[];
}
