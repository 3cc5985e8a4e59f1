import { isParty } from './address.ts';
import type { Address, DeliveryReportReq, ReadReportReq } from './pdu.ts';

/** Who a report is about and who it is for. */
export interface ReportParties {
  readonly recipient: Address;
  readonly destination: Address | null;
  /** The headers were the other way round than the book has it. */
  readonly swapped: boolean;
}

type ReportPdu = Pick<DeliveryReportReq | ReadReportReq, 'subject' | 'destination' | 'sender'>;

/**
 * Finds the recipient a report is about by membership (protocol reference 3.4): From, else To (mbuni 1.4 swaps them), else Sender, else the only
 * recipient there is. Null: none of them was ever sent this message.
 *
 * @param others recipients of the message that this reporter may not report on: a report that names one of them is about nobody else
 */
export function matchReport(
  report: ReportPdu,
  recipients: readonly string[],
  others: readonly string[] = [],
): ReportParties | null {
  const named = matchNamed(report, recipients);
  if (named !== null) return named;
  const { subject, destination, sender } = report;
  const [only] = recipients;
  if (only === undefined || recipients.length > 1) return null;
  if ([subject, destination, sender].some((address) => isOneOf(others, address))) return null;
  return { recipient: { kind: 'other', value: only, raw: only }, destination, swapped: true };
}

/** Only a recipient that the report itself names. */
export function matchNamed(report: ReportPdu, recipients: readonly string[]): ReportParties | null {
  const isRecipient = (address: Address | null): address is Address => isOneOf(recipients, address);
  const { subject, destination, sender } = report;
  if (isRecipient(subject)) return { recipient: subject, destination, swapped: false };
  if (isRecipient(destination)) return { recipient: destination, destination: subject, swapped: true };
  if (isRecipient(sender)) return { recipient: sender, destination, swapped: true };
  return null;
}

/**
 * With no stored message to ask: the party that the envelope names is the report's destination, the other one its subject. Where a header
 * is missing or names nobody who could be sent a message, Sender stands for the subject and the envelope for the destination; the
 * envelope also where both headers name the same number (reference 9, quirk 19).
 */
export function partiesByEnvelope(
  report: ReportPdu,
  rcptTo: readonly Address[],
): { readonly subject: Address | null; readonly destination: Address | null; readonly swapped: boolean } {
  const { subject, destination } = report;
  const sender = isParty(report.sender) ? report.sender : null;
  const isRcpt = (address: Address | null): boolean =>
    address !== null && rcptTo.some(({ value }) => sameAddress(value, address.value));
  if (!isRcpt(destination) && isRcpt(subject)) {
    return { subject: destination ?? sender, destination: subject, swapped: true };
  }
  const bySender = sender !== null && !couldBeSentTo(subject) && !isRcpt(sender);
  const isNamedTwice = destination !== null && subject?.value === destination.value;
  return {
    subject: bySender ? sender : subject,
    destination: (isNamedTwice ? null : destination) ?? rcptTo[0] ?? destination,
    swapped: bySender,
  };
}

/** A bare word, such as a host name, is nobody's address. */
function couldBeSentTo(address: Address | null): boolean {
  return isParty(address) && address.kind !== 'other';
}

function isOneOf(addresses: readonly string[], address: Address | null): address is Address {
  return address !== null && addresses.some((one) => sameAddress(one, address.value));
}

function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
