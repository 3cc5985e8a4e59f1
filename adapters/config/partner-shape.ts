import type { ConfiguredPartner } from '../../domain/configuration.ts';
import { list, optional, record, required, type Reader } from './readers.ts';
import { count, flag, oneOf, secret, text } from './scalars.ts';
import * as value from './values.ts';

/** What may stand under `partners`. Keys are named after the fields of the two NowSMS dialogs. */

const limits = record({
  rate: optional(value.rate, ''),
  connections: optional(count(1, 10_000), '20'),
  orphansPerHour: optional(count(0), '1000'),
});

const agreement = record({
  chargeOn: optional(oneOf('acceptance', 'res', 'delivery'), 'res'),
  sizeBasis: optional(oneOf('wire', 'body', 'decoded'), 'decoded'),
  bands: optional(list(value.size), []),
  tariff: optional(text(), ''),
  period: optional(oneOf('day', 'week', 'month'), 'month'),
  zone: optional(value.timeZone, 'UTC'),
  testNumbers: optional(list(value.mask), []),
});

const dialect = record({
  strict: optional(flag, 'false'),
  idQuoting: optional(oneOf('quoted', 'bare', 'angle'), 'quoted'),
  expiryForm: optional(oneOf('absolute', 'relative'), 'absolute'),
  typeSuffix: optional(flag, 'true'),
  rcptDomain: optional(value.domainOrNone, ''),
  renamesIds: optional(flag, 'false'),
  keepOriginatorDomain: optional(flag, 'false'),
  // Off unless asked for: bodies then leave byte for byte as they came.
  alwaysMultipart: optional(flag, 'false'),
  sevenBitOnly: optional(flag, 'false'),
  foldLongLines: optional(flag, 'false'),
});

const vasp = record({
  account: required(text(/^\S{1,128}$/, 'write an address or a login, without spaces'), ''),
  password: optional(secret('wrong'), ''),
  description: optional(text(), ''),
  /** Checked in its place, by `checkAccount`. */
  ipRestrictions: optional(list(text()), []),
  acceptVia: optional(oneOf('MM4'), 'MM4'),
  senderAddress: optional(value.senderOrNone, ''),
  allowSenderOverride: optional(flag, 'true'),
  mm4AckRouting: optional(text(), ''),
  mmsVersion: optional(value.mmsVersionOrNone, ''),
  routing: optional(text(/./, 'write standard, Direct, WAPPush or a route account'), 'standard'),
});

const route = record({
  account: required(value.name, ''),
  description: optional(text(), ''),
  senderAddress: optional(value.senderOrNone, ''),
  allowSenderOverride: optional(flag, 'true'),
  recipients: optional(list(value.mask), []),
  defaultRoute: optional(flag, 'false'),
  priority: optional(count(-1_000_000, 1_000_000), '0'),
  via: optional(oneOf('MM4'), 'MM4'),
  server: required(value.smtpServer, { host: '', port: 25 }),
  login: optional(text(), ''),
  password: optional(secret('wrong'), ''),
  domain: required(value.domain, ''),
  format: optional(oneOf('MM4', 'SMTP'), 'MM4'),
  requestAck: optional(flag, 'true'),
  mmsVersion: optional(text(/^\d+\.\d+\.\d+$/, 'write such as 6.10.0'), '6.10.0'),
  maxConnections: optional(count(1, 1_000), '1'),
  rate: optional(value.rate, ''),
  maxRecipientsPerPdu: optional(count(1, 1_000), '1'),
  tls: optional(oneOf('none', 'opportunistic', 'required'), 'opportunistic'),
  retry: optional(value.retry, '1m, 2m, 5m, 15m, 30m, 1h*'),
  deadline: optional(value.duration, '72h'),
  ackTimeout: optional(value.duration, '1h'),
  onAckTimeout: optional(oneOf('leave', 'resend'), 'leave'),
  onUnknownOutcome: optional(oneOf('resend', 'hold'), 'resend'),
});

export const partner: Reader<ConfiguredPartner> = record({
  name: required(value.name, ''),
  tadig: optional(text(/^([A-Z0-9]{5})?$/, 'a TADIG code has 5 capitals or digits, such as GBROA'), ''),
  domains: optional(list(value.domain), []),
  peers: optional(list(text()), []),
  limits: optional(limits, {}),
  agreement: optional(agreement, {}),
  transit: optional(list(text()), []),
  dialect: optional(dialect, {}),
  vasps: optional(list(vasp), []),
  routes: optional(list(route), []),
});
