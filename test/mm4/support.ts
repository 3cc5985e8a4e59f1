import { decodePdu } from '../../domain/mm4/decode.ts';
import { pduReader, type PduRead } from '../../domain/mm4/pdu-reader.ts';
import type {
  Envelope,
  ForwardReq,
  Pdu,
  Res,
  DeliveryReportReq,
  ReadReportReq,
} from '../../domain/mm4/pdu.ts';

export const arrivedAt = Date.parse('2026-11-23T12:00:10Z');

/** Reads bytes in chunks of the given size. */
export function readMail(mail: Uint8Array | string, chunk = Infinity): PduRead {
  const bytes = typeof mail === 'string' ? Buffer.from(mail, 'latin1') : mail;
  const reader = pduReader({ headerBytes: 65_536 });
  for (let from = 0; from < bytes.length; from += chunk) {
    reader.push(bytes.subarray(from, Math.min(bytes.length, from + chunk)));
    if (chunk === Infinity) break;
  }
  return reader.end();
}

const envelope: Envelope = {
  mailFrom: '+447700900123/TYPE=PLMN@mmsc.op-a.example',
  rcptTo: ['+447700900456/TYPE=PLMN@mmsc.op-b.example'],
};

export function decodeMail(
  mail: Uint8Array | string,
  options: { envelope?: Envelope; strict?: boolean } = {},
): Pdu {
  const read = readMail(mail);
  return decodePdu({
    fields: read.fields,
    mime: read.mime,
    envelope: options.envelope ?? envelope,
    arrivedAt,
    strict: options.strict ?? false,
  });
}

/** A forward.REQ by the book; null takes a header away, other values replace or add it. */
export function forwardMail(
  changes: Readonly<Record<string, string | null>> = {},
  body = 'Hello\r\n',
): string {
  return build(
    {
      'Message-ID': '<1.mail@mmsc.op-a.example>',
      Date: 'Mon, 23 Nov 2026 12:00:00 +0000',
      From: '+447700900123/TYPE=PLMN@mmsc.op-a.example',
      To: '+447700900456/TYPE=PLMN@mmsc.op-b.example',
      'X-Mms-3GPP-MMS-Version': '6.10.0',
      'X-Mms-Message-Type': 'MM4_forward.REQ',
      'X-Mms-Transaction-ID': '"tx-1"',
      'X-Mms-Message-ID': '"mm-1@mmsc.op-a.example"',
      'X-Mms-Ack-Request': 'Yes',
      'X-Mms-Originator-System': 'system-user@mmsc.op-a.example',
      'Content-Type': 'multipart/mixed; boundary="b"',
      ...changes,
    },
    body,
  );
}

export function controlMail(type: string, changes: Readonly<Record<string, string | null>> = {}): string {
  return build({
    Date: 'Mon, 23 Nov 2026 12:00:00 +0000',
    From: '+447700900456/TYPE=PLMN@mmsc.op-b.example',
    Sender: 'system-user@mmsc.op-b.example',
    To: '+447700900123/TYPE=PLMN@mmsc.op-a.example',
    'X-Mms-3GPP-MMS-Version': '6.10.0',
    'X-Mms-Message-Type': type,
    'X-Mms-Transaction-ID': '"tx-1"',
    'X-Mms-Message-ID': '"mm-1@mmsc.op-a.example"',
    ...changes,
  });
}

function build(headers: Readonly<Record<string, string | null>>, body = ''): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}\r\n`],
  );
  return `${lines.join('')}\r\n${body}`;
}

export function asForward(pdu: Pdu): ForwardReq {
  if (pdu.kind !== 'MM4_forward.REQ') throw new Error(`not a forward.REQ but ${pdu.kind}`);
  return pdu;
}

export function asRes(pdu: Pdu): Res {
  if (!('status' in pdu) || !('requestStatus' in pdu.status)) throw new Error(`not a RES but ${pdu.kind}`);
  return pdu as Res;
}

export function asDelivery(pdu: Pdu): DeliveryReportReq {
  if (pdu.kind !== 'MM4_delivery_report.REQ') throw new Error(`not a delivery report but ${pdu.kind}`);
  return pdu;
}

export function asRead(pdu: Pdu): ReadReportReq {
  if (pdu.kind !== 'MM4_read_reply_report.REQ') throw new Error(`not a read report but ${pdu.kind}`);
  return pdu;
}
