import * as E from 'fp-ts/lib/Either.js';

import type { EventStore, StoredEvent } from '../../domain/ports.ts';
import type { IncomingPdu, MemoryEngine } from '../support/memory-engine.ts';

/** Three partners as a configuration, and the mail of the first. */
export function configuration(
  more: { readonly vaspA?: string; readonly routeB?: string; readonly top?: string } = {},
): string {
  const partner = (name: string, index: number, transit: string, route = '', vasp = ''): string => `
  - name: op-${name}
    domains: [mmsc.op-${name}.example]
    transit: [${transit}]
    vasps: [{ account: 192.0.2.${index}, mm4AckRouting: op-${name}-out${vasp} }]
    routes:
      - { account: op-${name}-out, recipients: ["+447700900${index}*"], server: 192.0.2.${index}, domain: mmsc.op-${name}.example, requestAck: false${route} }`;
  return `
node: { name: hub, domains: [mmsc.hub.example] }
subscribers: { masks: ["+4477009009*"] }
${more.top ?? ''}
partners:${partner('a', 1, 'op-b-out, op-c-out', '', more.vaspA)}${partner('b', 2, 'op-a-out', more.routeB)}${partner('c', 3, 'op-a-out')}
`;
}

/** The same, with partner B asked for RES: they bring its own names for messages. */
export const askingB = configuration({ routeB: ', requestAck: true' }).replace('requestAck: false, ', '');

/** The same, with reports of partner B waiting for the RES that names their message. */
export const renamingB = askingB.replace(
  'domains: [mmsc.op-b.example]',
  'domains: [mmsc.op-b.example]\n    dialect: { renamesIds: true }',
);

export const addressOfA = '192.0.2.1';
export const addressOfB = '192.0.2.2';
export const numberAt = { b: '+447700900201', c: '+447700900301', own: '+447700900901' } as const;

/** A small forward.REQ of op-a's. */
export function forwardTo(recipient: string, id: string, headers: readonly string[] = []): IncomingPdu {
  const sender = '+447700900101/TYPE=PLMN@mmsc.op-a.example';
  const to = `${recipient}/TYPE=PLMN@mmsc.hub.example`;
  const head = [
    `From: ${sender}`,
    `To: ${to}`,
    'Date: Tue, 24 Nov 2026 12:00:00 +0000',
    'X-Mms-3GPP-MMS-Version: 6.10.0',
    'X-Mms-Message-Type: MM4_forward.REQ',
    `X-Mms-Transaction-ID: "t-${id}"`,
    `X-Mms-Message-ID: "${id}@mmsc.op-a.example"`,
    'X-Mms-Originator-System: system-user@mmsc.op-a.example',
    ...headers,
    'Content-Type: text/plain; charset=us-ascii',
  ];
  return { mailFrom: sender, rcptTo: [to], content: `${head.join('\r\n')}\r\n\r\nHello ${id}\r\n` };
}

/** A delivery report of a partner's, on a message under some id. */
export function reportOn(recipient: string, id: string, domain: string): IncomingPdu {
  const head = [
    `From: ${recipient}/TYPE=PLMN@${domain}`,
    'To: +447700900101/TYPE=PLMN@mmsc.hub.example',
    'X-Mms-3GPP-MMS-Version: 6.10.0',
    'X-Mms-Message-Type: MM4_delivery_report.REQ',
    `X-Mms-Transaction-ID: "r-${recipient}"`,
    `X-Mms-Message-ID: "${id}"`,
    'X-Mms-MM-Status-Code: Retrieved',
  ];
  return {
    mailFrom: `system-user@${domain}`,
    rcptTo: ['+447700900101/TYPE=PLMN@mmsc.hub.example'],
    content: `${head.join('\r\n')}\r\n\r\n`,
  };
}

/** A RES that brings the partner's own name for the message that it was sent last. */
export function naming({ sent }: MemoryEngine, name: string): IncomingPdu {
  const head = Buffer.from(sent.get('op-b-out')?.at(-1)?.head ?? []).toString('latin1');
  const transactionId = /^X-Mms-Transaction-ID: (.*)\r$/m.exec(head)?.[1] ?? '';
  const to = 'system-user@mmsc.hub.example';
  const lines = [
    `To: ${to}`,
    'X-Mms-3GPP-MMS-Version: 6.10.0',
    'X-Mms-Message-Type: MM4_forward.RES',
    `X-Mms-Transaction-ID: ${transactionId}`,
    `X-Mms-Message-ID: "${name}"`,
    'X-Mms-Request-Status-Code: Ok',
  ];
  return {
    mailFrom: 'system-user@mmsc.op-b.example',
    rcptTo: [to],
    content: `${lines.join('\r\n')}\r\n\r\n`,
  };
}

/** All events of streams whose names begin so. */
export async function eventsOf(
  { store }: { readonly store: EventStore },
  prefix: string,
): Promise<readonly StoredEvent[]> {
  const page = await store.readFeed(null, { prefixes: [prefix], max: 1_000_000 })();
  if (E.isLeft(page)) throw new Error(page.left.message);
  return page.right.events;
}
