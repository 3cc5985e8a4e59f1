/** Header blocks as partners in tests write and read them, with none of the engine's code. */

/** A whole header block with its blank line: what every PDU of a partner's has, and more. */
export function writeHead(
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

/** A field of a header block; empty: it is not there. */
export function headerOf(head: Uint8Array, name: string): string {
  const text = Buffer.from(head)
    .toString('latin1')
    .replace(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}:[ \t]*(.*?)\r?$`, 'im').exec(text)?.[1] ?? '';
}

/** An id without its quotes. */
export const bare = (id: string): string => id.replace(/^"|"$/g, '');
