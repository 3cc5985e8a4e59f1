import { formatDate } from './dates.ts';
import { headerLine, yesNo, type HeaderLine } from './encode.ts';
import { fieldsNamed, type HeaderField } from './header-block.ts';
import { canonicalName } from './headers.ts';
import { idOf, normaliseId, renderId } from './ids.ts';

/** What is ours in a relayed forward.REQ. Everything else passes raw, in its place. */
export interface RelayChanges {
  /** Our `Received` line, put on top. */
  readonly received: string;
  readonly rfcMessageId: string;
  /** The sender at our domain. */
  readonly sender: string;
  /** From with the address at our domain; null: it stays as it is. */
  readonly from: string | null;
  readonly transactionId: string;
  readonly systemAddress: string;
  readonly requestAck: boolean;
  readonly version: string;
  /** Null: it stays as it is. */
  readonly expiry: string | null;
}

type MailChanges = Pick<RelayChanges, 'received' | 'rfcMessageId' | 'sender' | 'from'>;

/** The header block of a relayed forward.REQ with its blank line. */
export function relayForward(fields: readonly HeaderField[], changes: RelayChanges): Uint8Array {
  return rewrite(fields, changes.received, [
    ...mailLines(changes),
    ...missingLines(fields),
    ['X-Mms-3GPP-MMS-Version', changes.version],
    ['X-Mms-Transaction-ID', changes.transactionId],
    ['X-Mms-Ack-Request', yesNo(changes.requestAck)],
    ['X-Mms-Originator-System', changes.systemAddress],
    ...(changes.expiry === null ? [] : [['X-Mms-Expiry', changes.expiry] as const]),
  ]);
}

/**
 * What a message cannot be known by without: its type, and the id it keeps all its life. Where it came without, the next MMSC is told
 * what we took it for (reference 3.6); our own Message-ID would make it another message.
 */
function missingLines(fields: readonly HeaderField[]): readonly HeaderLine[] {
  const value = (name: string): string | undefined => fieldsNamed(fields, name)[0]?.value;
  const rfcMessageId = normaliseId(value('message-id') ?? '');
  const lines: HeaderLine[] = [];
  if ((value('x-mms-message-type') ?? '') === '') lines.push(['X-Mms-Message-Type', 'MM4_forward.REQ']);
  if (idOf(value('x-mms-message-id')) === null && rfcMessageId !== '') {
    lines.push(['X-Mms-Message-ID', renderId(rfcMessageId, 'quoted')]);
  }
  return lines;
}

/** The same as plain mail, for routes of format SMTP: no X-Mms header leaves. */
export function relayPlainMail(fields: readonly HeaderField[], changes: MailChanges): Uint8Array {
  const plain = fields.filter(({ name }) => !name.toLowerCase().startsWith('x-mms-'));
  return rewrite(plain, changes.received, mailLines(changes));
}

function mailLines({ rfcMessageId, sender, from }: MailChanges): readonly HeaderLine[] {
  return [
    ['Message-ID', rfcMessageId],
    ['Sender', sender],
    ...(from === null ? [] : [['From', from] as const]),
  ];
}

/** Headers of ours are replaced where they stand, under whatever alias; what was missing is added. Bcc goes (reference 1.7). */
function rewrite(fields: readonly HeaderField[], received: string, lines: readonly HeaderLine[]): Uint8Array {
  const ours = new Map(lines.map((line) => [line[0].toLowerCase(), line]));
  const written = new Set<string>();
  let text = headerLine(['Received', received]);
  for (const field of fields) {
    const name = canonicalName(field.name);
    const line = ours.get(name);
    if (name === 'bcc' || written.has(name)) continue;
    if (line === undefined) {
      text += wholeLine(field.raw);
    } else {
      text += headerLine(line);
      written.add(name);
    }
  }
  for (const [name, line] of ours) if (!written.has(name)) text += headerLine(line);
  return Buffer.from(`${text}\r\n`, 'latin1');
}

/** Our `Received` line (RFC 5321 4.4). */
export function receivedLine(line: {
  readonly ehlo: string;
  readonly address: string;
  readonly by: string;
  readonly id: string;
  readonly at: number;
}): string {
  return `from ${line.ehlo} ([${line.address}]) by ${line.by} with ESMTP id ${line.id}; ${formatDate(line.at)}`;
}

/** A last line without an end would run into the next. */
function wholeLine(raw: string): string {
  if (raw.endsWith('\r\n')) return raw;
  return raw.endsWith('\n') ? raw : `${raw}\r\n`;
}
