import { formatDate } from './dates.ts';
import { encodeWords } from './encoded-words.ts';
import type { MmStatus, ReadStatus, RequestStatus } from './pdu.ts';

/** A header of ours: name in the canonical spelling, value as it goes out. */
export type HeaderLine = readonly [name: string, value: string];

export interface ResContent {
  readonly type: string;
  readonly version: string;
  /** Echoed as they came, quotes and all (protocol reference 3.2). */
  readonly transactionId: string;
  readonly messageId: string | null;
  readonly status: RequestStatus;
  readonly text?: string;
  readonly systemAddress: string;
  readonly to: string;
  readonly rfcMessageId: string;
  readonly date: number;
}

/** A RES, whole: header block and blank line, no body (reference 1.2, 1.4, 1.6). */
export function encodeRes(res: ResContent): Uint8Array {
  return encodeControl([
    ['Message-ID', res.rfcMessageId],
    ['Date', formatDate(res.date)],
    ['From', res.systemAddress],
    ['Sender', res.systemAddress],
    ['To', res.to],
    ['X-Mms-3GPP-MMS-Version', res.version],
    ['X-Mms-Message-Type', res.type],
    ['X-Mms-Transaction-ID', res.transactionId],
    ...(res.messageId === null ? [] : [['X-Mms-Message-ID', res.messageId] as const]),
    ['X-Mms-Request-Status-Code', res.status],
    ...statusText(res.text),
  ]);
}

export interface ReportContent {
  readonly about: DeliveryContent | ReadContent;
  readonly version: string;
  readonly transactionId: string;
  /** As the originator wrote it. */
  readonly messageId: string;
  /** As the originator wrote them: the addressee of the message, and its sender. */
  readonly recipient: string;
  readonly originator: string;
  readonly requestAck: boolean;
  readonly text?: string;
  readonly systemAddress: string;
  readonly rfcMessageId: string;
  /** When it happened to the message. */
  readonly date: number;
}

export interface DeliveryContent {
  readonly kind: 'delivery';
  readonly status: MmStatus;
  readonly extension?: string;
  readonly toOriginatorUA: boolean;
}

export interface ReadContent {
  readonly kind: 'read';
  readonly status: ReadStatus;
}

/** A delivery or read-reply report, whole (reference 1.3, 1.5). */
export function encodeReport(report: ReportContent): Uint8Array {
  const { about } = report;
  return encodeControl([
    ['Message-ID', report.rfcMessageId],
    ['Date', formatDate(report.date)],
    ['From', report.recipient],
    ['Sender', report.systemAddress],
    ['To', report.originator],
    ['X-Mms-3GPP-MMS-Version', report.version],
    [
      'X-Mms-Message-Type',
      about.kind === 'delivery' ? 'MM4_delivery_report.REQ' : 'MM4_read_reply_report.REQ',
    ],
    ['X-Mms-Transaction-ID', report.transactionId],
    ['X-Mms-Message-ID', report.messageId],
    ['X-Mms-Ack-Request', yesNo(report.requestAck)],
    ['X-Mms-Originator-System', report.systemAddress],
    ...aboutLines(about),
    ...statusText(report.text),
  ]);
}

function aboutLines(about: DeliveryContent | ReadContent): readonly HeaderLine[] {
  if (about.kind === 'read') return [['X-Mms-Read-Status', about.status]];
  return [
    ['X-Mms-Forward-To-Originator-UA', yesNo(about.toOriginatorUA)],
    ['X-Mms-MM-Status-Code', about.status],
    ...(about.extension === undefined ? [] : [['X-Mms-MM-Status-Extension', about.extension] as const]),
  ];
}

function statusText(text: string | undefined): readonly HeaderLine[] {
  return text === undefined || text === '' ? [] : [['X-Mms-Status-Text', encodeWords(text.slice(0, 200))]];
}

/** Some MMSCs reject a PDU without Content-Type, so it is said though there is no body. */
function encodeControl(lines: readonly HeaderLine[]): Uint8Array {
  const all = [...lines, ['MIME-Version', '1.0'], ['Content-Type', 'text/plain; charset=us-ascii']] as const;
  return Buffer.from(`${all.map(headerLine).join('')}\r\n`, 'latin1');
}

/** These are compared literally by some peers, so they stay in one line (protocol reference 3.2). */
const neverFolded: ReadonlySet<string> = new Set(['X-Mms-Transaction-ID', 'X-Mms-Message-ID', 'Message-ID']);

/**
 * `Name: value` with its line end, one character an octet, folded at 76 (reference 6.10). A value can never bring a line of its own; what is
 * not ASCII goes out as UTF-8.
 */
export function headerLine([name, value]: HeaderLine): string {
  const octets = Buffer.from(value.replace(/[\r\n\0]+/g, ' ')).toString('latin1');
  const line = `${name}: ${octets}`;
  return `${neverFolded.has(name) ? line : fold(line)}\r\n`;
}

const foldAt = 76;

/** Breaks before blanks, which stay, so that unfolding gives the same value. Never within the name, nor so that a line is blank. */
function fold(line: string): string {
  if (line.length <= foldAt) return line;
  const lines: string[] = [];
  let current = '';
  for (const [word] of line.matchAll(/[ \t]*[^ \t]+|[ \t]+$/g)) {
    const fits = current.length + word.length <= foldAt;
    if (fits || current === '' || current.endsWith(':') || !/[^ \t]/.test(word)) {
      current += word;
    } else {
      lines.push(current);
      current = word;
    }
  }
  return [...lines, current].join('\r\n');
}

export function yesNo(value: boolean): 'Yes' | 'No' {
  return value ? 'Yes' : 'No';
}
