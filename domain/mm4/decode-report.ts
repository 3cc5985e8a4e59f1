import { isParty, parseAddress } from './address.ts';
import {
  ackRequested,
  addressesIn,
  addressIn,
  answerAddress,
  applicationOf,
  requestMessageId,
  requestTransactionId,
  settle,
} from './decode-request.ts';
import { statusTextOf } from './decode-res.ts';
import type { Decoding } from './decode.ts';
import { readBoolean } from './flags.ts';
import type { Address, DeliveryReportReq, PduCommon, ReadReportReq } from './pdu.ts';
import { readMmStatus, readReadStatus, readStatusExtension } from './status.ts';

type ReportPart = Omit<DeliveryReportReq, 'kind' | 'status'>;

/** MM4_delivery_report.REQ (reference 1.3). */
export function decodeDeliveryReport(decoding: Decoding, common: PduCommon): DeliveryReportReq {
  const { headers } = decoding;
  const report = decodeReport(decoding, common);
  const raw = mandatory(decoding, 'x-mms-mm-status-code', 'mmStatus');
  const reading = readMmStatus(raw ?? undefined);
  const mmStatus = raw === null ? reading.value : settle(decoding, 'x-mms-mm-status-code', reading);
  const toOriginator = headers.get('x-mms-forward-to-originator-ua');
  const text = statusTextOf(headers.get('x-mms-status-text'));
  const extension = readStatusExtension(headers.get('x-mms-mm-status-extension'));
  return {
    ...report,
    kind: 'MM4_delivery_report.REQ',
    status: {
      mmStatus,
      final: reading.final,
      raw,
      ...(extension === undefined
        ? {}
        : { extension: settle(decoding, 'x-mms-mm-status-extension', extension) }),
      ...(text === undefined ? {} : { text }),
      ...(toOriginator === undefined
        ? {}
        : {
            forwardToOriginatorUA: settle(
              decoding,
              'x-mms-forward-to-originator-ua',
              readBoolean(toOriginator, true),
            ),
          }),
    },
  };
}

/** MM4_read_reply_report.REQ (reference 1.5). */
export function decodeReadReport(decoding: Decoding, common: PduCommon): ReadReportReq {
  const report = decodeReport(decoding, common);
  const raw = mandatory(decoding, 'x-mms-read-status', 'readStatus');
  const reading = readReadStatus(raw ?? undefined);
  const readStatus = raw === null ? reading.value : settle(decoding, 'x-mms-read-status', reading);
  const text = statusTextOf(decoding.headers.get('x-mms-status-text'));
  return {
    ...report,
    kind: 'MM4_read_reply_report.REQ',
    status: { readStatus, raw, ...(text === undefined ? {} : { text }) },
  };
}

/** A report without its status says nothing, in either profile (reference 3.6). */
function mandatory({ headers, findings }: Decoding, header: string, field: string): string | null {
  const raw = headers.get(header);
  if (raw !== undefined && raw !== '') return raw;
  findings.errors.add(`missing-mandatory:${field}`);
  return null;
}

function decodeReport(decoding: Decoding, common: PduCommon): ReportPart {
  const messageId = requestMessageId(decoding, common);
  const transactionId = requestTransactionId(decoding, common, messageId);
  const ackRequest = ackRequested(decoding);
  const application = applicationOf(decoding);
  const sender = addressIn(decoding, 'sender');
  return {
    ...common,
    messageId,
    transactionId,
    ackRequest,
    answerTo: ackRequest ? answerAddress(decoding) : null,
    subject: subjectOf(decoding, sender),
    destination: destinationOf(decoding),
    sender,
    ...(application === undefined ? {} : { application }),
  };
}

/** From; without it a Sender that is no system address stands for it (reference 3.4), else MAIL FROM if that is none. */
function subjectOf(decoding: Decoding, sender: Address | null): Address | null {
  const { findings, input, strict } = decoding;
  const from = addressIn(decoding, 'from');
  if (from !== null) return from;
  if (strict) findings.errors.add('missing-mandatory:from');
  if (isParty(sender)) return null;
  const mailFrom = parseAddress(input.envelope.mailFrom);
  if (!isParty(mailFrom)) return null;
  if (!strict) findings.warnings.add('from-missing-used-envelope');
  return mailFrom;
}

/** To; a peer may give it in Cc, or leave it to the envelope. */
function destinationOf(decoding: Decoding): Address | null {
  const to = addressesIn(decoding, 'to')[0] ?? addressesIn(decoding, 'cc')[0] ?? null;
  if (to === null && decoding.strict) decoding.findings.errors.add('missing-mandatory:to');
  return to;
}
