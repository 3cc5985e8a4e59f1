import type { OutgoingMail } from '../../domain/ports.ts';
import { createHash } from 'node:crypto';
import { partnerOf, type PartnerName } from './configuration.ts';
import { bare, headerOf } from '../support/partner-pdu.ts';

/** One PDU that the engine put on the wire. */
export interface OnWire {
  readonly to: PartnerName;
  readonly type: string;
  readonly transactionId: string;
  readonly messageId: string;
  readonly rfcMessageId: string;
  /** Request status or delivery status; empty in a forward.REQ. */
  readonly status: string;
  readonly recipients: readonly string[];
  /** The number in From. */
  readonly sender: string;
  readonly asksReport: boolean;
  readonly asksRes: boolean;
  readonly bodySha256: string;
}

export function onWire(route: string, { head, rcptTo }: OutgoingMail, body: Uint8Array): OnWire {
  const header = (name: string): string => headerOf(head, name);
  return {
    to: partnerOf(route),
    type: header('X-Mms-Message-Type'),
    transactionId: bare(header('X-Mms-Transaction-ID')),
    messageId: bare(header('X-Mms-Message-ID')),
    rfcMessageId: header('Message-ID'),
    status: header('X-Mms-Request-Status-Code') || header('X-Mms-MM-Status-Code'),
    recipients: rcptTo.map(numberIn),
    sender: numberIn(header('From')),
    asksReport: header('X-Mms-Delivery-Report') === 'Yes',
    asksRes: header('X-Mms-Ack-Request') === 'Yes',
    bodySha256: createHash('sha256').update(body).digest('hex'),
  };
}

/** The name of the state that a message is or was in. */
export const stateOf = (messageId: string): string => messageId.slice(0, messageId.lastIndexOf('@'));

/** For example `forward.REQ op-b`, `delivery_report.REQ op-a Retrieved`. */
export function inShort({ type, to, status }: OnWire): string {
  return `${type.replace('MM4_', '')} ${to} ${status}`.trim();
}

const numberIn = (address: string): string => /\+?\d+/.exec(address)?.[0] ?? '';
