import type {
  Dropped,
  Held,
  MmsEvent,
  Parked,
  PduEvidence,
  Received,
  Refusal,
  Released,
  ReportSource,
  Rerouted,
  Resent,
} from '../../../domain/mms/events.ts';
import { ownSubscribers } from '../../../domain/mms/facts.ts';
import type { SmtpReply } from '../../../domain/ports.ts';

/** One event in a sentence, as a person reads a timeline. Instants inside are given by `time`. */
export function describe(event: MmsEvent, time: (instant: number) => string): string {
  switch (event.type) {
    case 'Received': {
      const { from, size, parts, recipients, flags, sender: by } = event;
      const isGiven = event.warnings.includes('sender-from-configuration') && by.raw !== by.address;
      return (
        `from ${origin(from, event.session.address)}, ${by.address}${isGiven ? ` (it wrote ${by.raw})` : ''} to ` +
        `${recipients.map(({ address }) => address).join(', ')}; ${parts.length} parts, ${size.decoded} octets` +
        `${wants(flags)}; expires ${time(event.expiresAt)}`
      );
    }
    case 'Routed':
      return event.to.kind === 'route'
        ? `${event.recipient} goes by ${event.to.route} (${event.to.partner}), leg ${event.to.leg}, by ${event.by}${event.mask === undefined ? '' : ` ${event.mask}`}`
        : `${event.recipient}: ${event.to.kind}`;
    case 'ForwardStarted':
      return `leg ${event.leg}, attempt ${event.attempt}: ${event.recipients.join(', ')}${event.sender === undefined ? '' : ` as from ${event.sender}`}; transaction ${event.transactionId}`;
    case 'ForwardSent':
      return `leg ${event.leg} to ${event.peer.address}:${event.peer.port}: ${reply(event.reply)}${event.ackUntil === null ? '; no RES asked for' : `; RES awaited until ${time(event.ackUntil)}`}`;
    case 'ForwardDeferred':
      return `leg ${event.leg}: ${refusal(event.why)}; again at ${time(event.nextAttemptAt)}${event.newLeg === undefined ? '' : ` as leg ${event.newLeg}`}`;
    case 'ForwardRefused':
      return `leg ${event.leg}, ${event.recipients.join(', ')}: ${refusal(event.why)} (${event.status})`;
    case 'ForwardOutcomeUnknown':
      return `leg ${event.leg}: ${event.why}; ${event.then === 'resend' ? 'sent again with the same ids' : 'held for an operator'}`;
    case 'AckReceived':
      return `leg ${event.leg}: ${event.status.code}${quoted(event.text)} for ${event.recipients.join(', ')} from ${sender(event.pdu)}${inBrackets(event.mark)}${event.alias === undefined ? '' : `; calls it ${event.alias}`}`;
    case 'AckTimedOut':
      return `no RES to ${event.leg === undefined ? `report ${event.report ?? ''}` : `leg ${event.leg}`}; ${event.then === 'resend' ? 'sent again' : 'left unconfirmed'}`;
    case 'AckSent':
      return `our RES ${event.answer}: ${event.status}; ${reply(event.reply)}`;
    case 'AckDeferred':
      return `our RES ${event.answer}: ${refusal(event.why)}; again at ${time(event.nextAttemptAt)}`;
    case 'AckAbandoned':
      return `our RES ${event.answer}: ${refusal(event.why)}`;
    case 'Delivered':
    case 'DeliveryDeferred':
    case 'DeliveryFailed':
    case 'ReadReported':
    case 'ReportRelayed':
    case 'ReportDeferred':
    case 'ReportAbandoned':
    case 'ReportAckReceived':
      return describeReport(event, time);
    case 'Notified':
      return `${event.recipient} can fetch it (${event.gateway})`;
    case 'Held':
    case 'Released':
    case 'Rerouted':
    case 'Resent':
    case 'Dropped':
    case 'Parked':
      return describeHand(event);
    case 'DuplicateReceived':
      return `${event.of} again from ${sender(event.pdu)}${event.answer === null ? '' : '; answered again'}`;
    case 'VariantOpened':
      return `another message under the same Message-ID: mms-${event.uid}`;
    case 'Closed':
      return 'nothing is owed or awaited';
    case 'Reopened':
      return `by ${event.because}`;
    case 'OrphanReceived':
      return `${event.pduKind} from ${sender(event.pdu)}: ${event.why}`;
    case 'RefusedReceived':
      return `${event.pduKind} from ${sender(event.pdu)}: ${event.errors.join(', ')}; ${reply(event.reply)}`;
    case 'Attached':
      return `to mms-${event.uid} by ${event.by}`;
  }
}

type ReportEvent = Extract<
  MmsEvent,
  { type: `Report${string}` | 'Delivered' | 'DeliveryDeferred' | 'DeliveryFailed' | 'ReadReported' }
>;

/** What became of a recipient, and of the report about it that the originator is owed. */
function describeReport(event: ReportEvent, time: (instant: number) => string): string {
  switch (event.type) {
    case 'Delivered':
      return `${event.recipient} has it${reported(event)}`;
    case 'DeliveryDeferred':
      return `${event.recipient}: ${event.status}${reported(event)}`;
    case 'DeliveryFailed':
      return `${event.recipient}: ${event.status}, by ${event.by}${reported(event)}`;
    case 'ReadReported':
      return `${event.recipient}: ${event.status}${reported(event)}`;
    case 'ReportRelayed':
      return `report ${event.report} on ${event.recipient}: ${reply(event.reply)}`;
    case 'ReportDeferred':
      return `report ${event.report}: ${refusal(event.why)}; again at ${time(event.nextAttemptAt)}`;
    case 'ReportAbandoned':
      return `report ${event.report}: ${refusal(event.why)}`;
    case 'ReportAckReceived':
      return `report ${event.report}: ${event.status.code}${inBrackets(event.mark)}`;
  }
}

/** By the hand of an operator, or of a rule. */
function describeHand(event: Held | Released | Rerouted | Resent | Dropped | Parked): string {
  switch (event.type) {
    case 'Held':
      return `by ${event.by}: ${event.why}`;
    case 'Released':
      return `by ${event.by}: ${event.why}${event.legs.length === 0 ? '' : `; sent again: leg ${event.legs.join(', ')}`}`;
    case 'Rerouted':
      return `leg ${event.leg} to ${event.route} (${event.partner}) as leg ${event.newLeg}, ${event.recipients.join(', ')}, by ${event.by}: ${event.why}${perhapsTwice(event)}`;
    case 'Resent':
      return `leg ${event.leg}, ${event.recipients.join(', ')}, by ${event.by}: ${event.why}${perhapsTwice(event)}`;
    case 'Dropped':
      return `${event.recipients.join(', ')}, by ${event.by}: ${event.why}`;
    case 'Parked':
      return `it made its worker fail ${event.failures} times: ${event.why}`;
  }
}

function origin({ partner, account }: Received['from'], address: string): string {
  return partner === ownSubscribers
    ? `an own subscriber (${account}, ${address})`
    : `${partner} (${account === address ? address : `${account}, ${address}`})`;
}

function wants(flags: Received['flags']): string {
  const asked = [
    ...(flags.deliveryReport ? ['delivery report'] : []),
    ...(flags.readReply ? ['read report'] : []),
  ];
  return asked.length > 0 ? `; wants ${asked.join(' and ')}` : '';
}

function perhapsTwice({ mayBeSecond }: { readonly mayBeSecond: boolean }): string {
  return mayBeSecond ? ' (they may have it twice)' : '';
}

function saidBy(source: ReportSource): string {
  switch (source.kind) {
    case 'us':
      return `: ${refusal(source.why)}`;
    case 'partner':
      return `, says ${sender(source.pdu)}`;
    case 'handset':
      return `, by its handset (${source.gateway}, ${source.address})`;
  }
}

function quoted(text: string | undefined): string {
  return text === undefined ? '' : ` "${text}"`;
}

function inBrackets(text: string | undefined): string {
  return text === undefined ? '' : ` (${text})`;
}

function reply({ code, enhanced, text }: SmtpReply): string {
  return [code, enhanced, text].filter((piece) => piece !== undefined && piece !== '').join(' ');
}

function refusal(why: Refusal): string {
  const said = why.reply === undefined ? why.text : reply(why.reply);
  return why.by === 'us' ? `(our own rule) ${said}` : said;
}

function sender({ from, address }: PduEvidence): string {
  return `${from.partner} (${address})`;
}

function reported(event: {
  readonly source: ReportSource;
  readonly stands: boolean;
  readonly relay: { readonly report: number } | null;
}): string {
  const by = saidBy(event.source);
  const standing = event.stands ? '' : ' (outranked by an earlier report)';
  return `${by}${standing}${event.relay === null ? '' : `; owes the originator report ${event.relay.report}`}`;
}
