import { parseAddressList } from './address.ts';
import type { Decoding } from './decode.ts';
import { decodeWords } from './encoded-words.ts';
import type { PduCommon, Res, ResKind } from './pdu.ts';
import { readRequestStatus } from './status.ts';

/** A status text in an event is at most so long. */
export const maxStatusText = 200;

/** The three RES (reference 1.2, 1.4, 1.6). Read leniently: nobody answers a RES. */
export function decodeRes({ headers, findings }: Decoding, common: PduCommon, kind: ResKind): Res {
  const raw = headers.get('x-mms-request-status-code') ?? null;
  const { value, class: statusClass, warning } = readRequestStatus(raw ?? undefined);
  if (warning !== undefined) findings.warnings.add(warning);
  const text = statusTextOf(headers.get('x-mms-status-text'));
  const recipients = headers.all('x-mms-request-recipients').join(', ');
  return {
    ...common,
    kind,
    status: {
      requestStatus: value,
      class: statusClass,
      raw,
      ...(text === undefined ? {} : { text }),
      // One MMSC joins the list with full stops (reference 9, quirk 19).
      ...(recipients === '' ? {} : { recipients: parseAddressList(recipients.replace(/\.(?=\+\d)/g, ',')) }),
    },
  };
}

export function statusTextOf(raw: string | undefined): string | undefined {
  return raw === undefined || raw === '' ? undefined : decodeWords(raw).slice(0, maxStatusText);
}
