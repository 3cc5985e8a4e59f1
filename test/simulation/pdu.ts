import { createHash } from 'node:crypto';

import type { OutgoingMail } from '../../domain/ports.ts';
import type { IncomingPdu } from '../support/memory-engine.ts';
import { bare, headerOf, writeHead } from '../support/partner-pdu.ts';

/** PDUs as the simulated partners write and read them: header by header, with none of the engine's code. */

export interface ReadPdu {
  readonly type: string;
  /** Without quotes. */
  readonly transactionId: string;
  readonly messageId: string;
  readonly bodySha256: string;
  readonly rcptTo: readonly string[];
  header(name: string): string;
}

export const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
export const numberIn = (address: string): string => /\+?\d+/.exec(address)?.[0] ?? '';

export function readPdu({ head, rcptTo }: OutgoingMail, body: Uint8Array): ReadPdu {
  const header = (name: string): string => headerOf(head, name);
  return {
    type: header('X-Mms-Message-Type'),
    transactionId: bare(header('X-Mms-Transaction-ID')),
    messageId: bare(header('X-Mms-Message-ID')),
    bodySha256: sha256(body),
    rcptTo,
    header,
  };
}

/** A message as its sender wants it. */
export interface Message {
  readonly from: { readonly domain: string; readonly number: string };
  readonly transactionId: string;
  readonly messageId: string;
  readonly to: readonly string[];
  readonly body: string;
  readonly ack: boolean;
  readonly delivery: boolean;
  readonly read: boolean;
  readonly priority: string;
  readonly subject: string;
  /** Seconds. */
  readonly expiry: number;
}

export function forwardReq(message: Message): IncomingPdu {
  const { from, transactionId, messageId } = message;
  const mailFrom = `${from.number}/TYPE=PLMN@${from.domain}`;
  const rcptTo = message.to.map((number) => `${number}/TYPE=PLMN@mmsc.hub.example`);
  const head = writeHead('MM4_forward.REQ', from.domain, transactionId, messageId, [
    ['From', mailFrom],
    ['To', rcptTo.join(', ')],
    ['X-Mms-Ack-Request', yesNo(message.ack)],
    ['X-Mms-Delivery-Report', yesNo(message.delivery)],
    ['X-Mms-Read-Reply', yesNo(message.read)],
    ['X-Mms-Priority', message.priority],
    ['X-Mms-Expiry', String(message.expiry)],
    ['Subject', message.subject],
    ['X-Operator-Note', message.subject],
  ]);
  return { mailFrom, rcptTo, content: `${head}${message.body}` };
}

export interface Res {
  readonly status: string;
  /** Under which the responder knows the message. */
  readonly messageId: string;
  readonly text?: string;
}

/** A RES to a PDU that the engine sent. */
export function resTo(request: ReadPdu, domain: string, { status, messageId, text }: Res): IncomingPdu {
  const to = request.header('X-Mms-Originator-System');
  const type = request.type.replace('.REQ', '.RES');
  const content = writeHead(type, domain, request.transactionId, messageId, [
    ['To', to],
    ['X-Mms-Request-Status-Code', status],
    ...(text === undefined ? [] : [['X-Mms-Status-Text', text] as const]),
  ]);
  return { mailFrom: `system-user@${domain}`, rcptTo: [to], content };
}

export interface Report {
  readonly kind: 'delivery' | 'read';
  readonly status: string;
  readonly recipient: string;
  readonly transactionId: string;
  readonly messageId: string;
  /** To and From the other way round, as mbuni has them. */
  readonly swapped: boolean;
}

/** A report on one recipient of a message that the engine forwarded. */
export function reportReq(request: ReadPdu, domain: string, report: Report): IncomingPdu {
  const destination = request.header('From');
  const subject = `${report.recipient}/TYPE=PLMN@${domain}`;
  const [from, to] = report.swapped ? [destination, subject] : [subject, destination];
  const isDelivery = report.kind === 'delivery';
  const type = isDelivery ? 'MM4_delivery_report.REQ' : 'MM4_read_reply_report.REQ';
  const content = writeHead(type, domain, report.transactionId, report.messageId, [
    ['From', from],
    ['To', to],
    ['X-Mms-Ack-Request', 'Yes'],
    [isDelivery ? 'X-Mms-MM-Status-Code' : 'X-Mms-Read-Status', report.status],
  ]);
  return { mailFrom: `system-user@${domain}`, rcptTo: [destination], content };
}

const yesNo = (flag: boolean): string => (flag ? 'Yes' : 'No');
