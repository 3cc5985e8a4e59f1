import { formatDate } from './dates.ts';
import { headerLine, yesNo, type HeaderLine } from './encode.ts';
import { encodeWords } from './encoded-words.ts';
import type { Flags } from './pdu.ts';

/** One thing a message holds. */
export interface ContentPart {
  /** Media type, with parameters if any: `text/plain; charset=utf-8`. */
  readonly type: string;
  /** File name, also its Content-Location and, without dots, its Content-ID. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A forward.REQ made here, not relayed (reference 1.1, 6.3). Addresses as they go into the headers. */
export interface NewForward {
  readonly parts: readonly ContentPart[];
  readonly from: string;
  readonly to: readonly string[];
  readonly subject?: string;
  readonly transactionId: string;
  readonly messageId: string;
  readonly rfcMessageId: string;
  readonly systemAddress: string;
  readonly date: number;
  readonly version: string;
  readonly requestAck: boolean;
  readonly deliveryReport: boolean;
  readonly readReply: boolean;
  readonly priority?: Flags['priority'];
  readonly messageClass?: Flags['messageClass'];
  readonly expiresAt?: number;
  /** Stands in no part. */
  readonly boundary: string;
}

/** The whole mail: header block, blank line, multipart. With a picture it is related and has a SMIL; text alone is mixed. */
export function composeForward(forward: NewForward): Uint8Array {
  const named = withUniqueNames(forward.parts);
  const smil = named.some(({ type }) => !type.startsWith('text/'));
  const parts = smil ? [smilOf(named), ...named] : named;
  const contentType = smil
    ? `multipart/related; type="application/smil"; start="<smil>"; boundary="${forward.boundary}"`
    : `multipart/mixed; boundary="${forward.boundary}"`;
  const head = [...headerLines(forward), ['MIME-Version', '1.0'], ['Content-Type', contentType]] as const;
  const body = parts.map((part) => `--${forward.boundary}\r\n${encodePart(part)}\r\n`).join('');
  return Buffer.from(`${head.map(headerLine).join('')}\r\n${body}--${forward.boundary}--\r\n`, 'latin1');
}

function headerLines(forward: NewForward): readonly HeaderLine[] {
  return [
    ['Message-ID', forward.rfcMessageId],
    ['Date', formatDate(forward.date)],
    ['From', forward.from],
    ['Sender', forward.from],
    ['To', forward.to.join(', ')],
    ...optional('Subject', forward.subject === undefined ? undefined : encodeWords(forward.subject)),
    ['X-Mms-3GPP-MMS-Version', forward.version],
    ['X-Mms-Message-Type', 'MM4_forward.REQ'],
    ['X-Mms-Transaction-ID', `"${forward.transactionId}"`],
    ['X-Mms-Message-ID', `"${forward.messageId}"`],
    ['X-Mms-Ack-Request', yesNo(forward.requestAck)],
    ['X-Mms-Originator-System', forward.systemAddress],
    ['X-Mms-Delivery-Report', yesNo(forward.deliveryReport)],
    ['X-Mms-Read-Reply', yesNo(forward.readReply)],
    ...optional('X-Mms-Priority', forward.priority),
    ...optional('X-Mms-Message-Class', forward.messageClass),
    ...optional('X-Mms-Expiry', forward.expiresAt === undefined ? undefined : formatDate(forward.expiresAt)),
  ];
}

/** A Content-ID names one part: of those called alike the later ones get a number. Names stand in headers, so they are ASCII (reference 6.9). */
function withUniqueNames(parts: readonly ContentPart[]): readonly ContentPart[] {
  const taken = new Set<string>(['smil']);
  return parts.map((part) => {
    const plain = part.name.replace(/[^\x20-\x7e]/gu, '_');
    let name = plain;
    for (let number = 2; taken.has(contentId(name)); number += 1) name = `${number}-${plain}`;
    taken.add(contentId(name));
    return { ...part, name };
  });
}

function optional(name: string, value: string | undefined): readonly HeaderLine[] {
  return value === undefined ? [] : [[name, value]];
}

/** Base64 in lines of 76 for everything: any transport takes it. */
function encodePart({ type, name, bytes }: ContentPart): string {
  const id = contentId(name);
  const lines: readonly HeaderLine[] = [
    ['Content-Type', `${type}; name="${name.replace(/["\\]/g, '_')}"`],
    ['Content-ID', `<${id}>`],
    ['Content-Location', name],
    ['Content-Transfer-Encoding', 'base64'],
  ];
  const base64 = Buffer.from(bytes)
    .toString('base64')
    .replace(/.{76}(?=.)/g, '$&\r\n');
  return `${lines.map(headerLine).join('')}\r\n${base64}`;
}

function contentId(name: string): string {
  return name === 'smil.smil' ? 'smil' : name.replace(/[^A-Za-z0-9_-]/g, '-');
}

/** One page for each part, in order. */
function smilOf(parts: readonly ContentPart[]): ContentPart {
  const pages = parts.map(({ type, name }) => {
    const tag = type.startsWith('text/')
      ? 'text'
      : type.startsWith('audio/')
        ? 'audio'
        : type.startsWith('video/')
          ? 'video'
          : 'img';
    const region = tag === 'text' ? ' region="Text"' : tag === 'audio' ? '' : ' region="Image"';
    return `<par dur="5s"><${tag} src="cid:${contentId(name)}"${region}/></par>`;
  });
  const layout =
    '<layout><root-layout width="160" height="120"/><region id="Image" width="160" height="90"/>' +
    '<region id="Text" top="90" width="160" height="30"/></layout>';
  const text = `<smil><head>${layout}</head><body>${pages.join('')}</body></smil>`;
  return { type: 'application/smil; charset=utf-8', name: 'smil.smil', bytes: Buffer.from(text) };
}
