import { receiveAck, type ReceiveAck } from '../../domain/mms/decide/ack.ts';
import { finishAnswer, type AnswerResult } from '../../domain/mms/decide/answer.ts';
import { finishForward, startForward, type StartForward } from '../../domain/mms/decide/forward.ts';
import { decideReceive, type Receive, type Way } from '../../domain/mms/decide/receive.ts';
import {
  finishRelay,
  receiveReport,
  receiveReportAck,
  type ReceiveReport,
  type RelayResult,
} from '../../domain/mms/decide/report.ts';
import { tick } from '../../domain/mms/decide/tick.ts';
import type {
  ForwardStarted,
  PduEvidence,
  Received,
  Refusal,
  ResStatus,
  ReturnPath,
} from '../../domain/mms/events.ts';
import { uidOf } from '../../domain/mms/ids.ts';
import type { AnswerRequest, Moment } from '../../domain/mms/plans.ts';
import type { Flags, MmStatus, ReadStatus, RequestStatus, StatusClass } from '../../domain/mm4/pdu.ts';
import type { ContentRef, SendOutcome, SmtpReply } from '../../domain/ports.ts';
import type { Decision } from './spec.ts';

// The story of all specs: op-a sends a message; we route it to op-b and op-c.

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const t0 = Date.UTC(2026, 10, 23, 12);
export const expiresAt = t0 + 72 * hour;

export const b1 = '+447700900451';
export const b2 = '+447700900452';
export const b3 = '+447700900453';
export const c1 = '+447700900461';

export const messageId = 'mm-1@mmsc.op-a.example';
export const uid = uidOf(messageId);

/** Ids made at one instant are the same, at another not. */
export function moment(now = t0): Moment {
  const digits = Math.floor((now - t0) / second)
    .toString(6)
    .padStart(8, '0')
    .slice(-8);
  const nonce = digits.replace(/./g, (digit) => String(Number(digit) + 2));
  return { now, nonce, domain: 'mmsc.op-x.example', uid };
}

const sha = (letter: string): string => letter.repeat(64);
export const ref = (name: string): ContentRef => name as ContentRef;
export const ok: SmtpReply = { code: 250, enhanced: '2.0.0', text: 'queued' };
export const reply = (code: number, enhanced?: string, text = `reply ${code}`): SmtpReply =>
  enhanced === undefined ? { code, text } : { code, enhanced, text };
export const peer = { route: 'to-op-b', address: '127.0.0.2', port: 25 } as const;

export const plain: Flags = {
  ackRequest: true,
  deliveryReport: false,
  originatorRsDeliveryReport: false,
  readReply: false,
  senderVisibility: 'Show',
  priority: 'Normal',
  messageClass: 'Personal',
  forwardCounter: 0,
  adaptationAllowed: true,
  drmContent: false,
};
export const wantsDelivery: Flags = { ...plain, deliveryReport: true };
export const wantsBoth: Flags = { ...wantsDelivery, readReply: true };

export function evidence(partner = 'op-b', over: Partial<PduEvidence> = {}): PduEvidence {
  return {
    from: { partner, account: `${partner}-in` },
    address: '127.0.0.2',
    transactionId: '"t-1"',
    rfcMessageId: `<pdu@mmsc.${partner}.example>`,
    date: null,
    sha256: sha('e'),
    head: ref('head-of-pdu'),
    ...over,
  };
}

export function resAsked(pdu: string, transactionId = '"t-1"'): AnswerRequest {
  return {
    pdu,
    route: 'to-op-a',
    to: 'system@mmsc.op-a.example',
    transactionId,
    messageId: `"${messageId}"`,
    version: '6.10.0',
  };
}

// ---------------------------------------------------------------- a forward.REQ comes in

export const returnPath: ReturnPath = {
  route: 'to-op-a',
  version: '6.10.0',
  requestAck: true,
  mailTo: '+447700900123/TYPE=PLMN@mmsc.op-a.example',
};

export interface Arriving {
  readonly to?: readonly string[];
  /** Of these, nobody serves the number. */
  readonly refused?: readonly string[];
  /** These are subscribers of our own. */
  readonly own?: readonly string[];
  readonly hold?: string;
  readonly at?: number;
  readonly from?: string;
  readonly flags?: Flags;
  readonly body?: string;
  readonly parts?: Received['parts'];
  readonly transactionId?: string;
  readonly askRes?: boolean;
  readonly reportsTo?: ReturnPath | null;
  readonly deadline?: number;
  readonly maxRecipients?: number;
}

export function receive(arriving: Arriving = {}): Receive {
  const { to = [b1], refused = [], at = t0, from = 'op-a', flags = plain, body = 'b' } = arriving;
  const { transactionId = '"t-1"', askRes = true, reportsTo = returnPath, hold } = arriving;
  const pdu: Receive['pdu'] = {
    from: { partner: from, account: `${from}-in` },
    messageId: { raw: `"${messageId}"`, normal: messageId },
    transactionId: { raw: transactionId, normal: transactionId.replaceAll('"', '') },
    rfcMessageId: '<1@mmsc.op-a.example>',
    version: '6.10.0',
    envelope: { mailFrom: '+447700900123@mmsc.op-a.example', rcptTo: to },
    sender: { address: '+447700900123', kind: 'plmn', raw: '+447700900123/TYPE=PLMN' },
    flags,
    submittedAt: t0 - minute,
    expiresAt,
    parts: arriving.parts ?? [{ type: 'image/jpeg', size: 1000, sha256: sha(body) }],
    size: { wire: 1700, body: 1400, decoded: 1000 },
    bodySha256: sha(body),
    eightBit: false,
    content: ref('body'),
    head: ref('head'),
    session: { address: '127.0.0.2', ehlo: 'mmsc.op-a.example' },
    warnings: [],
    reportsTo,
  };
  return {
    moment: moment(at),
    pdu,
    evidence: evidence(from, { transactionId }),
    answer: askRes ? resAsked('MM4_forward.RES', transactionId) : null,
    ...(hold === undefined ? {} : { hold: { why: hold } }),
    recipients: to.map((address) => ({
      address,
      kind: 'plmn',
      raw: `${address}/TYPE=PLMN`,
      rcptTo: `${address}@mmsc.op-x.example`,
      shown: 'to',
      way: refused.includes(address) ? noWay : wayOf(address, arriving),
    })),
  };
}

const noWay: Way = {
  to: 'refused',
  status: 'Error-sending-address-unresolved',
  text: 'no route leads to this recipient',
};

function wayOf(address: string, { deadline = expiresAt, maxRecipients = 100, own = [] }: Arriving): Way {
  if (own.includes(address)) return { to: 'Direct', by: 'mask', mask: '+4477009004*', deadline };
  const partner = address.startsWith('+44770090046') ? 'op-c' : 'op-b';
  return {
    to: 'route',
    partner,
    route: `to-${partner}`,
    by: 'mask',
    mask: '+4477009004*',
    deadline,
    maxRecipients,
  };
}

/** The decision; none where the PDU belongs elsewhere. */
export function arrives(arriving: Arriving = {}): Decision {
  return (state) => {
    const decision = decideReceive(state, receive(arriving));
    return 'events' in decision ? decision.events : [];
  };
}

// ---------------------------------------------------------------- a leg is tried

const anySender = { senderAddress: '', allowSenderOverride: true } as const;

export function claim(leg = 1, over: Partial<StartForward> & { readonly at?: number } = {}): Decision {
  const { at = t0 + second, ...rest } = over;
  const terms = { requestAck: true, onUnknownOutcome: 'resend', onAckTimeout: 'leave' } as const;
  const whose = { worker: 'w1', leaseUntil: at + 13 * minute, senderRule: anySender } as const;
  const command = { moment: moment(at), leg, ...whose, ...terms, ...rest };
  return (state) => startForward(state, command);
}

interface Finishing {
  readonly leg?: number;
  readonly attempt?: number;
  readonly recipients?: readonly string[];
  readonly at?: number;
  readonly nextAttemptAt?: number;
  readonly ackUntil?: number | null;
}

/** What became of a claimed attempt. RCPT addresses are the recipients themselves. */
export function ends(outcome: SendOutcome, finishing: Finishing = {}): Decision {
  const { leg = 1, attempt = 1, recipients = [b1], at = t0 + 2 * second } = finishing;
  const { nextAttemptAt = at + minute, ackUntil = at + hour } = finishing;
  const claimed: ForwardStarted = {
    type: 'ForwardStarted',
    leg,
    attempt,
    recipients,
    transactionId: '',
    rfcMessageId: '',
    worker: 'w1',
    leaseUntil: at,
    requestAck: true,
    onUnknownOutcome: 'resend',
    onAckTimeout: 'leave',
  };
  const sent = { bodySha256: sha('b'), wireSize: 1800, peer, dialogue: ref('dialogue'), ackUntil };
  const recipientOf = (rcptTo: string): string => rcptTo;
  const command = { moment: moment(at), claim: claimed, outcome, recipientOf, sent, nextAttemptAt };
  return (state) => finishForward(state, command);
}

export type RcptRefusals = Readonly<Record<string, SmtpReply>>;

const refusedAt = (refusals: RcptRefusals): Extract<SendOutcome, { kind: 'sent' }>['refused'] =>
  Object.entries(refusals).map(([address, said]) => ({ address, reply: said }));

export const sent = (finishing: Finishing = {}, refusals: RcptRefusals = {}): Decision =>
  ends({ kind: 'sent', reply: ok, refused: refusedAt(refusals) }, finishing);
export const refused = (said: SmtpReply, finishing: Finishing = {}, refusals: RcptRefusals = {}): Decision =>
  ends({ kind: 'refused', at: 'final-dot', reply: said, refused: refusedAt(refusals) }, finishing);
export const unknown = (finishing: Finishing = {}): Decision =>
  ends({ kind: 'unknown', why: 'line lost after the final dot' }, finishing);
export const dropped = (finishing: Finishing = {}): Decision =>
  ends({ kind: 'not-sent', at: 'data', why: 'line lost' }, finishing);

// ---------------------------------------------------------------- others answer and report

const classOf = (code: RequestStatus): StatusClass =>
  code === 'Ok' ? 'success' : code === 'Error-network-problem' ? 'transient' : 'permanent';
export const statusOf = (code: RequestStatus): ResStatus => ({ code, class: classOf(code), raw: code });

/** A forward.RES; to the latest transaction of the leg, or to the `nth`. */
export function res(
  code: RequestStatus = 'Ok',
  over: Partial<ReceiveAck> & { readonly at?: number; readonly nth?: number } = {},
): Decision {
  const { at = t0 + minute, nth = -1, ...rest } = over;
  return (state) =>
    receiveAck(state, {
      moment: moment(at),
      leg: 1,
      transactionId: state.legs[(rest.leg ?? 1) - 1]?.transactionIds.at(nth) ?? 'never-begun',
      pdu: evidence('op-b', { sha256: sha('a') }),
      status: statusOf(code),
      nextAttemptAt: at + 5 * minute,
      ...rest,
    });
}

interface Reporting {
  readonly at?: number;
  readonly date?: number | null;
  readonly askRes?: boolean;
  readonly extension?: string;
  readonly toOriginatorUA?: boolean;
}

function reports(recipient: string, about: ReceiveReport['about'], reporting: Reporting): Decision {
  const { at = t0 + 2 * minute, date = at, askRes = true } = reporting;
  const type = about.kind === 'read' ? 'MM4_read_reply_report.RES' : 'MM4_delivery_report.RES';
  const command: ReceiveReport = {
    moment: moment(at),
    recipient,
    pdu: evidence('op-b', { date }),
    about,
    rawStatus: about.status,
    answer: askRes ? { ...resAsked(type), route: 'to-op-b' } : null,
  };
  return (state) => receiveReport(state, command);
}

export function reported(recipient: string, status: MmStatus, reporting: Reporting = {}): Decision {
  const { extension, toOriginatorUA } = reporting;
  const told = {
    ...(extension === undefined ? {} : { extension }),
    ...(toOriginatorUA === undefined ? {} : { toOriginatorUA }),
  };
  return reports(recipient, { kind: 'delivery', status, ...told }, reporting);
}

export const read = (recipient: string, reporting: Reporting = {}, status: ReadStatus = 'Read'): Decision =>
  reports(recipient, { kind: 'read', status }, reporting);

/** The originator's RES to a report we relayed. */
export function relayRes(report: number, code: RequestStatus = 'Ok', at = t0 + 10 * minute): Decision {
  const command = {
    report,
    pdu: evidence('op-a'),
    status: statusOf(code),
    nextAttemptAt: at + 5 * minute,
    now: at,
  };
  return (state) => receiveReportAck(state, command);
}

// ---------------------------------------------------------------- what we owe, and time

export const laterReply: Refusal = { by: 'partner', text: 'later', reply: reply(451) };
const tried = { kind: 'sent', reply: ok, peer } as const;

export const answered = (answer: string, result: AnswerResult = tried): Decision => {
  return (state) => finishAnswer(state, answer, result);
};

export const relayed = (report: number, at = t0 + 5 * minute, result?: RelayResult): Decision => {
  return (state) => finishRelay(state, report, result ?? { ...tried, ackUntil: at + hour });
};

export const time = (at: number, isDead: (worker: string) => boolean = () => false): Decision => {
  return (state) => tick(state, { moment: moment(at), isDead });
};
