import { createHash } from 'node:crypto';

import type { OutgoingMail } from '../../domain/ports.ts';
import type { IncomingPdu } from '../support/memory-engine.ts';

/** PDUs as the simulated partners write and read them: header by header, with none of the engine's code. */

export interface ReadPdu {
  readonly type: string;
  readonly transactionId: string;
  readonly messageId: string;
  readonly bodySha256: string;
  readonly rcptTo: readonly string[];
  header(name: string): string;
}

export const sha256 = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
export const bare = (id: string): string => id.replace(/^"|"$/g, '');
export const numberIn = (address: string): string => /\+?\d+/.exec(address)?.[0] ?? '';

export function readPdu({ head, rcptTo }: OutgoingMail, body: Uint8Array): ReadPdu {
  const text = Buffer.from(head)
    .toString('latin1')
    .replace(/\r\n[ \t]+/g, ' ');
  const header = (name: string): string => new RegExp(`^${name}:[ \t]*(.*?)\r?$`, 'im').exec(text)?.[1] ?? '';
  return {
    type: header('X-Mms-Message-Type'),
    transactionId: header('X-Mms-Transaction-ID'),
    messageId: header('X-Mms-Message-ID'),
    bodySha256: sha256(body),
    rcptTo,
    header,
  };
}

export interface Sender {
  readonly domain: string;
  readonly number: string;
}

/** A forward.REQ of op-a's. */
export function forwardReq(
  from: Sender,
  wish: {
    readonly id: string;
    readonly to: readonly string[];
    readonly body: string;
    readonly ack: boolean;
    readonly delivery: boolean;
    readonly read: boolean;
  },
): IncomingPdu {
  const mailFrom = `${from.number}/TYPE=PLMN@${from.domain}`;
  const rcptTo = wish.to.map((number) => `${number}/TYPE=PLMN@mmsc.hub.example`);
  const content = pdu('MM4_forward.REQ', from.domain, `t-${wish.id}`, `${wish.id}@${from.domain}`, [
    ['From', mailFrom],
    ['To', rcptTo.join(', ')],
    ['X-Mms-Ack-Request', wish.ack ? 'Yes' : 'No'],
    ['X-Mms-Delivery-Report', wish.delivery ? 'Yes' : 'No'],
    ['X-Mms-Read-Reply', wish.read ? 'Yes' : 'No'],
    ['X-Mms-Expiry', '7200'],
  ]);
  return { mailFrom, rcptTo, content: `${content}${wish.body}` };
}

/** A RES to a PDU that the engine sent. */
export function resTo(request: ReadPdu, domain: string, status: string): IncomingPdu {
  const to = request.header('X-Mms-Originator-System');
  const type = request.type.replace('.REQ', '.RES');
  const ids = [bare(request.transactionId), bare(request.messageId)] as const;
  const content = pdu(type, domain, ...ids, [
    ['To', to],
    ['X-Mms-Request-Status-Code', status],
  ]);
  return { mailFrom: `system-user@${domain}`, rcptTo: [to], content };
}

export function report(
  request: ReadPdu,
  domain: string,
  wish: {
    readonly recipient: string;
    readonly kind: 'delivery' | 'read';
    readonly status: string;
    readonly id: string;
  },
): IncomingPdu {
  const to = request.header('From');
  const isDelivery = wish.kind === 'delivery';
  const type = isDelivery ? 'MM4_delivery_report.REQ' : 'MM4_read_reply_report.REQ';
  const content = pdu(type, domain, wish.id, bare(request.messageId), [
    ['From', `${wish.recipient}/TYPE=PLMN@${domain}`],
    ['To', to],
    ['X-Mms-Ack-Request', 'Yes'],
    [isDelivery ? 'X-Mms-MM-Status-Code' : 'X-Mms-Read-Status', wish.status],
  ]);
  return { mailFrom: `system-user@${domain}`, rcptTo: [to], content };
}

function pdu(
  type: string,
  domain: string,
  transactionId: string,
  messageId: string,
  more: readonly (readonly [string, string])[],
): string {
  const headers: readonly (readonly [string, string])[] = [
    ['Message-ID', `<${transactionId}.${type.length}@${domain}>`],
    ['Date', 'Tue, 24 Nov 2026 12:00:00 +0000'],
    ['Sender', `system-user@${domain}`],
    ['X-Mms-3GPP-MMS-Version', '6.10.0'],
    ['X-Mms-Message-Type', type],
    ['X-Mms-Transaction-ID', `"${transactionId}"`],
    ['X-Mms-Message-ID', `"${messageId}"`],
    ['X-Mms-Originator-System', `system-user@${domain}`],
    ...more,
    ['Content-Type', 'text/plain; charset=us-ascii'],
  ];
  return `${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}
