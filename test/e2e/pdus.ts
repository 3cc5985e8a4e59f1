import { partners, type PartnerName, type Sendable } from './interconnect.ts';

/** PDUs as partners write them, header by header, and the reading of what partners get. */
type Header = readonly [name: string, value: string];

export interface Forward {
  readonly from: PartnerName;
  /** The recipients' numbers. */
  readonly to: readonly string[];
  readonly messageId: string;
  readonly transactionId?: string;
  readonly ack?: boolean;
  readonly reports?: boolean;
  /** Begins with the blank line that ends the headers, if there is one. */
  readonly body?: string;
  readonly more?: readonly Header[];
}

export const numberOf = { a: '+447700900101', b: '+447700900201', c: '+447700900301' } as const;
export const ours = 'system-user@mmsc.hub.example';

export function forward(wish: Forward): Sendable {
  const { from, to, messageId, transactionId = `t-${messageId}`, ack = false, reports = false } = wish;
  const { domain } = partners[from];
  const sender = `${numberOf[from]}/TYPE=PLMN@${domain}`;
  const rcptTo = to.map((number) => `${number}/TYPE=PLMN@mmsc.hub.example`);
  const headers: readonly Header[] = [
    ['Message-ID', `<${transactionId}.mail@${domain}>`],
    ['Date', date()],
    ['From', sender],
    ['Sender', `system-user@${domain}`],
    ['To', rcptTo.join(', ')],
    ['X-Mms-3GPP-MMS-Version', '6.10.0'],
    ['X-Mms-Message-Type', 'MM4_forward.REQ'],
    ['X-Mms-Transaction-ID', `"${transactionId}"`],
    ['X-Mms-Message-ID', `"${messageId}"`],
    ['X-Mms-Ack-Request', ack ? 'Yes' : 'No'],
    ['X-Mms-Originator-System', `system-user@${domain}`],
    ...(reports ? [['X-Mms-Delivery-Report', 'Yes'] as const, ['X-Mms-Read-Reply', 'Yes'] as const] : []),
    ...(wish.more ?? []),
    ['MIME-Version', '1.0'],
    ...(wish.body === undefined ? [['Content-Type', 'text/plain; charset=us-ascii'] as const] : []),
  ];
  return {
    mailFrom: sender,
    rcptTo,
    content: `${block(headers)}${wish.body ?? '\r\nGreetings from the harbour\r\n'}`,
  };
}

/** A PDU of a partner's MMSC, without a body: a RES or a report. */
export function system(from: PartnerName, to: string, headers: readonly Header[]): Sendable {
  const mailFrom = `system-user@${partners[from].domain}`;
  const all: readonly Header[] = [
    ['Message-ID', `<${Math.random().toString(36).slice(2)}@${partners[from].domain}>`],
    ['Date', date()],
    ...(headers.some(([name]) => name === 'From') ? [] : [['From', mailFrom] as const]),
    ['Sender', mailFrom],
    ['To', to],
    ['X-Mms-3GPP-MMS-Version', '6.10.0'],
    ...headers,
    ['MIME-Version', '1.0'],
    ['Content-Type', 'text/plain; charset=us-ascii'],
  ];
  return { mailFrom, rcptTo: [to], content: `${block(all)}\r\n` };
}

export function block(headers: readonly Header[]): string {
  return headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

export function headBlockOf(content: Buffer): string {
  const text = content.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  return end < 0 ? text : text.slice(0, end + 2);
}

/** From after the blank line. */
export function bodyOf(content: Buffer): Buffer {
  const end = content.indexOf('\r\n\r\n');
  return end < 0 ? Buffer.alloc(0) : content.subarray(end + 4);
}

/** Unfolded; the first of a name. */
export function header(content: Buffer, name: string): string | undefined {
  const unfolded = headBlockOf(content).replace(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(unfolded)?.[1]?.trimEnd();
}

export const typeOf = (content: Buffer): string | undefined => header(content, 'X-Mms-Message-Type');

function date(): string {
  return new Date().toUTCString().replace('GMT', '+0000');
}
