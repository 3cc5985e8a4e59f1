import type { Partner } from './partner.ts';

/**
 * A checked configuration: what the engine may rely on, under the names the file uses.
 *
 * Durations are milliseconds, sizes octets, rates messages a second (null: no limit). An empty text means "none".
 * `adapters/config` makes it from YAML and vouches for everything said here; nothing else checks it again.
 */
export interface Configuration {
  readonly node: NodeSettings;
  readonly store: StoreSettings;
  readonly content: ContentSettings;
  readonly retention: { readonly messages: number; readonly orphans: number };
  readonly smtp: SmtpSettings;
  readonly http: HttpSettings;
  readonly limits: Limits;
  readonly subscribers: Subscribers;
  readonly routing: RoutingSettings;
  readonly accounting: AccountingSettings;
  readonly flood: readonly FloodRule[];
  readonly answers: readonly AnswerRule[];
  readonly kafka: KafkaSettings;
  readonly partners: readonly ConfiguredPartner[];
}

export interface NodeSettings {
  /** In events, logs and file names. */
  readonly name: string;
  /** At least one, lower case. The first is ours in addresses and Message-IDs. */
  readonly domains: readonly string[];
  /** Its domain is one of `domains`. */
  readonly systemAddress: string;
  readonly dataDir: string;
  readonly language: string;
}

export interface StoreSettings {
  readonly kind: 'sqlite';
}

/** Sealed content is kept for so long; `bodies` outlive every message (`limits.expiry`). */
export interface ContentSettings {
  readonly kind: 'segments';
  readonly bodies: number;
  readonly heads: number;
}

export interface Endpoint {
  /** Host name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface SmtpSettings {
  readonly listen: Endpoint;
  /** Files, both or none; none: no STARTTLS. */
  readonly tls: { readonly cert: string; readonly key: string };
  readonly maxConnections: number;
  readonly idleTimeout: number;
}

export interface HttpSettings {
  readonly listen: Endpoint;
  /** Never empty unless `listen` is a loopback address. */
  readonly token: string;
}

export interface Limits {
  /** Of all parts together. */
  readonly decodedContent: number;
  /** Announced as SIZE. */
  readonly wireSize: number;
  /** Longer ones are cut to it. */
  readonly expiry: number;
  readonly headerBytes: number;
  readonly recipients: number;
  readonly forwardCounter: number;
  readonly bytesInFlight: number;
  /** Less free space than this: 452, and an alarm. */
  readonly diskFloor: number;
}

/** Our own: they are routed `Direct`. */
export interface Subscribers {
  readonly masks: readonly string[];
  readonly shortCodes: readonly string[];
}

export interface RoutingSettings {
  /** A route account, `Direct`, `WAPPush`, or empty: refuse. */
  readonly defaultRoute: string;
  readonly callback: {
    readonly url: string;
    readonly timeout: number;
    readonly onFailure: 'masks' | 'refuse';
    /** Asked for own subscribers too. */
    readonly force: boolean;
    /** How long an answer may be used again; 0: never. */
    readonly cache: number;
  };
}

export interface AccountingSettings {
  readonly preAuth: {
    readonly url: string;
    readonly profile: 'nowsms' | 'extended';
    readonly timeout: number;
    /** When nobody answers: the SMTP reply 451, or as if denied or allowed. */
    readonly onFailure: '451' | 'deny' | 'allow';
  };
  readonly report: {
    readonly url: string;
    readonly profile: 'nowsms' | 'extended';
    readonly timeout: number;
    readonly when: 'acceptance' | 'res' | 'delivery';
  };
}

export interface FloodRule {
  readonly of: 'sender' | 'recipient' | 'partner';
  readonly count: number;
  readonly within: number;
  readonly same: 'any' | 'content';
  readonly do: 'log' | 'hold' | 'refuse';
}

/** What to do about a route whose partner answers like this so often. */
export interface AnswerRule {
  /** Masks of replies, `421` or `4.7.*`. */
  readonly reply: readonly string[];
  readonly count: number;
  readonly within: number;
  readonly do: 'pause' | 'slow' | 'alarm';
  readonly for: number;
}

export interface KafkaSettings {
  /** None: nothing is published. */
  readonly brokers: readonly Endpoint[];
  readonly clientId: string;
  readonly topics: { readonly messages: string; readonly charges: string };
}

export interface ConfiguredPartner extends Partner {
  readonly agreement: Agreement;
}

/** What is charged between the partner and us, and how it is counted. */
export interface Agreement {
  readonly chargeOn: 'acceptance' | 'res' | 'delivery';
  readonly sizeBasis: 'wire' | 'body' | 'decoded';
  /** Upper ends of the size bands, ascending. */
  readonly bands: readonly number[];
  readonly tariff: string;
  readonly period: 'day' | 'week' | 'month';
  /** IANA time zone in which periods begin. */
  readonly zone: string;
  /** Masks of numbers that are never charged. */
  readonly testNumbers: readonly string[];
}
