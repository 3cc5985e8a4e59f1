import type { IncomingPdu } from '../support/memory-engine.ts';
import { writeHead } from '../support/partner-pdu.ts';
import { domainOf, numberOf, type PartnerName } from './configuration.ts';

// PDUs as the partners write them.

export interface Wishes {
  readonly id: string;
  readonly to: readonly string[];
  readonly body?: string;
  readonly report?: boolean;
  readonly read?: boolean;
  readonly counter?: number;
}

export function forwardFrom(partner: PartnerName, wishes: Wishes): IncomingPdu {
  const { id, to, body = `Hello, ${id}`, report = true, read = false, counter = 0 } = wishes;
  const domain = domainOf(partner);
  const sender = `${numberOf(partner)}/TYPE=PLMN@${domain}`;
  const rcptTo = to.map((number) => `${number}/TYPE=PLMN@mmsc.hub.example`);
  return {
    mailFrom: sender,
    rcptTo,
    content: `${writeHead('MM4_forward.REQ', domain, `t-${id}`, `${id}@${domain}`, [
      ['From', sender],
      ['To', rcptTo.join(', ')],
      ['X-Mms-Ack-Request', 'Yes'],
      ['X-Mms-Delivery-Report', report ? 'Yes' : 'No'],
      ['X-Mms-Read-Reply', read ? 'Yes' : 'No'],
      ['X-Mms-Forward-Counter', String(counter)],
    ])}${body}\r\n`,
  };
}

const ourSystem = 'system-user@mmsc.hub.example';

/** A RES to a PDU of ours. `messageId` may be the partner's own name for the message. */
export function resFrom(
  partner: PartnerName,
  type: string,
  transactionId: string,
  messageId: string,
  status = 'Ok',
): IncomingPdu {
  const content = writeHead(type, domainOf(partner), transactionId, messageId, [
    ['To', ourSystem],
    ['X-Mms-Request-Status-Code', status],
  ]);
  return { mailFrom: `system-user@${domainOf(partner)}`, rcptTo: [ourSystem], content };
}

/** A report on `recipient` of the message that `sender` sent; it wants a RES. */
export function reportFrom(
  partner: PartnerName,
  about: { readonly messageId: string; readonly recipient: string; readonly sender: string },
  status: string,
): IncomingPdu {
  const isRead = status === 'Read';
  const domain = domainOf(partner);
  const to = `${about.sender}/TYPE=PLMN@mmsc.hub.example`;
  const type = isRead ? 'MM4_read_reply_report.REQ' : 'MM4_delivery_report.REQ';
  const content = writeHead(type, domain, `r-${status}-${about.messageId}`, about.messageId, [
    ['From', `${about.recipient}/TYPE=PLMN@${domain}`],
    ['To', to],
    ['X-Mms-Ack-Request', 'Yes'],
    [isRead ? 'X-Mms-Read-Status' : 'X-Mms-MM-Status-Code', status],
  ]);
  return { mailFrom: `system-user@${domain}`, rcptTo: [to], content };
}
