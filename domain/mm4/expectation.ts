import { parseAddress } from './address.ts';
import type { Address, DeliveryReportReq, ForwardReq, Pdu, ReadReportReq, Res } from './pdu.ts';
import { partiesByEnvelope } from './report-match.ts';
import type { Refusal } from './verdict.ts';

/** A decoded PDU as plain JSON in the vocabulary of the conformance corpus (reference section 8). */
export type Expectation = Readonly<Record<string, unknown>>;

/** What follows from a PDU, its envelope and the configuration, without any stored message. */
export interface Judged {
  readonly pdu: Pdu;
  readonly rcptTo: readonly string[];
  /** Milliseconds since 1970 UTC. */
  readonly arrivedAt: number;
  readonly refusal: Refusal | null;
  /** What each RCPT would have been told; only refusals. */
  readonly rcptReplies: readonly {
    readonly rcptTo: string;
    readonly smtpCode: number;
    readonly enhanced: string;
  }[];
  /** Recipients of the envelope that would get the message, and named ones that are no affair of ours. */
  readonly deliverTo: readonly string[];
}

export function expectationOf(judged: Judged): Expectation {
  const { pdu, refusal } = judged;
  const found = findings(judged);
  return {
    outcome: outcomeOf(refusal, found.warnings),
    messageType: pdu.kind === 'unknown' || pdu.kind === 'not-mm4' ? null : pdu.kind,
    ...(pdu.kind === 'unknown' ? { messageTypeRaw: pdu.messageTypeRaw } : {}),
    version: pdu.version,
    transactionId: pdu.transactionId,
    messageId: pdu.messageId,
    rfcMessageId: pdu.rfcMessageId,
    date: pdu.date === null ? null : instant(pdu.date),
    ...kindPart(judged),
    ...found,
    ...(pdu.unknownHeaders.length > 0 ? { unknownHeaders: pdu.unknownHeaders } : {}),
    ...(judged.rcptReplies.length > 0 ? { rcptReplies: judged.rcptReplies } : {}),
    response: responseOf(judged),
  };
}

function outcomeOf(refusal: Refusal | null, warnings: readonly string[]): string {
  if (refusal !== null) return 'reject';
  return warnings.length > 0 ? 'accept-with-warnings' : 'accept';
}

function findings({ pdu, refusal, rcptTo, rcptReplies }: Judged): {
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
} {
  const swapped = isReport(pdu) && partiesByEnvelope(pdu, addresses(rcptTo)).swapped;
  // Also where other recipients are well: the message is accepted for these.
  const malformed = rcptReplies.some(({ smtpCode }) => smtpCode === 553) ? ['malformed-recipient'] : [];
  return {
    warnings: swapped ? [...pdu.warnings, 'swapped-report-addresses'] : pdu.warnings,
    errors: [...new Set([...pdu.errors, ...(refusal?.errors ?? []), ...malformed])],
  };
}

function addresses(rcptTo: readonly string[]): readonly Address[] {
  return rcptTo.map((rcpt) => parseAddress(rcpt));
}

function isReport(pdu: Pdu): pdu is DeliveryReportReq | ReadReportReq {
  return pdu.kind === 'MM4_delivery_report.REQ' || pdu.kind === 'MM4_read_reply_report.REQ';
}

function kindPart(judged: Judged): Expectation {
  const { pdu } = judged;
  switch (pdu.kind) {
    case 'MM4_forward.REQ':
      return forwardPart(pdu, judged);
    case 'MM4_forward.RES':
    case 'MM4_delivery_report.RES':
    case 'MM4_read_reply_report.RES':
      return { status: resStatus(pdu) };
    case 'MM4_delivery_report.REQ': {
      const { mmStatus, final, raw, extension, text, forwardToOriginatorUA } = pdu.status;
      const status = {
        ...(raw === null ? { mmStatus: null, final: false } : { mmStatus, final }),
        ...defined({ extension, text }),
        forwardToOriginatorUA: forwardToOriginatorUA ?? true,
      };
      return { ...reportPart(pdu, judged), status };
    }
    case 'MM4_read_reply_report.REQ': {
      const { readStatus, raw, text } = pdu.status;
      const status = { readStatus: raw === null ? null : readStatus, ...defined({ text }) };
      return { ...reportPart(pdu, judged), status };
    }
    case 'unknown':
    case 'not-mm4':
      return {};
  }
}

function forwardPart(pdu: ForwardReq, { rcptTo, arrivedAt, refusal, deliverTo }: Judged): Expectation {
  const { flags, expiry } = pdu;
  // Accepted, but nobody is told any more; the reports that say so are owed all the same (reference 3.8).
  const isExpired = expiry !== undefined && expiry.at <= arrivedAt;
  const envelope = new Set(addresses(rcptTo).map(({ value }) => value.toLowerCase()));
  const elsewhere = [...pdu.to, ...pdu.cc].filter(
    ({ kind, value }) => kind !== 'malformed' && !envelope.has(value.toLowerCase()),
  );
  const reports = flags.deliveryReport || flags.originatorRsDeliveryReport;
  const userAsked = flags.originatorRsDeliveryReport
    ? { deliveryReportForwardToOriginatorUA: flags.deliveryReport }
    : {};
  return {
    from: pdu.from === null ? null : view(pdu.from),
    to: pdu.to.map(view),
    cc: pdu.cc.map(view),
    bcc: pdu.bcc.map(view),
    originatorSystem: pdu.originatorSystem,
    flags,
    parts: pdu.parts.map(({ name: _name, charset: _charset, ...part }) => part),
    ...defined({
      subject: pdu.subject,
      rootPart: pdu.rootPart,
      contentClass: pdu.contentClass,
      application: pdu.application,
    }),
    ...(expiry === undefined ? {} : { expiry: { ...expiry, at: instant(expiry.at) } }),
    ...(pdu.previouslySent.length === 0 ? {} : { previouslySent: pdu.previouslySent.map(hop) }),
    ...(elsewhere.length === 0 ? {} : { notOurRecipients: elsewhere.map(({ value }) => value) }),
    ...(flags.senderVisibility === 'Hide' ? { hideSenderFromUA: true } : {}),
    ...userAsked,
    ...(refusal === null ? { deliverTo: isExpired ? [] : deliverTo } : {}),
    ...(refusal === null && reports ? { expectedDeliveryReports: deliverTo.length } : {}),
  };
}

function hop({ index, by, at }: ForwardReq['previouslySent'][number]): Expectation {
  return {
    index,
    ...(by === undefined ? {} : { by: view(by) }),
    ...(at === undefined ? {} : { at: instant(at) }),
  };
}

function resStatus({ status }: Res): Expectation {
  const { requestStatus, text, recipients } = status;
  return {
    requestStatus,
    class: status.class,
    ...defined({ text }),
    ...(recipients === undefined ? {} : { recipients: recipients.map(view) }),
  };
}

/** With no stored message, the party that equals RCPT is the report's destination. */
function reportPart(pdu: DeliveryReportReq | ReadReportReq, { rcptTo }: Judged): Expectation {
  const { subject, destination } = partiesByEnvelope(pdu, addresses(rcptTo));
  return {
    reportSubject: subject === null ? null : view(subject),
    reportTo: destination === null ? null : view(destination),
    ...defined({ application: pdu.application }),
  };
}

function responseOf({ pdu, refusal }: Judged): Expectation {
  const isRes = pdu.kind.endsWith('.RES');
  const type = pdu.kind === 'unknown' ? pdu.resType : isRes ? null : pdu.kind.replace('.REQ', '.RES');
  const answerable = pdu.ackRequest && pdu.answerTo !== null && pdu.transactionId !== null && type !== null;
  if (refusal !== null && (refusal.smtpOnly === true || !answerable)) {
    const { code, enhanced } = refusal.reply;
    return { channel: 'SMTP', smtpCode: code, enhanced };
  }
  if (isRes || !answerable) return { channel: 'none', smtpCode: 250 };
  return {
    channel: 'RES',
    smtpCode: 250,
    type,
    status: refusal?.status ?? 'Ok',
    to: pdu.answerTo,
    transactionIdEchoed: pdu.transactionId.raw ?? `"${pdu.transactionId.normal}"`,
  };
}

/** What is malformed stands as it was written (reference 4.3); the corpus has no word of its own for IPv6. */
function view({ kind, value, domain, raw }: Address): Expectation {
  if (kind === 'malformed') return { kind, value: raw };
  return { kind: kind === 'ipv6' ? 'other' : kind, value, ...defined({ domain }) };
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** `2026-11-23T12:00:00Z`. */
function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
