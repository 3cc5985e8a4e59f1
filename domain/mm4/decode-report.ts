import {
  ackRequested,
  addressIn,
  answerAddress,
  applicationOf,
  requestTransactionId,
} from './decode-request.ts';
import { statusTextOf } from './decode-res.ts';
import type { Decoding } from './decode.ts';
import { readBoolean } from './flags.ts';
import type { DeliveryReportReq, PduCommon, ReadReportReq } from './pdu.ts';
import { readMmStatus, readReadStatus, readStatusExtension } from './status.ts';

type ReportPart = Omit<DeliveryReportReq, 'kind' | 'status'>;

/** MM4_delivery_report.REQ (reference 1.3). */
export function decodeDeliveryReport(decoding: Decoding, common: PduCommon): DeliveryReportReq {
  const { headers, findings } = decoding;
  const report = decodeReport(decoding, common);
  const raw = headers.get('x-mms-mm-status-code') ?? null;
  if (raw === null) findings.errors.push('missing-mandatory:mmStatus');
  const { value, final, warning } = readMmStatus(raw ?? undefined);
  if (warning !== undefined && raw !== null) warn(decoding, warning);
  const toOriginator = headers.get('x-mms-forward-to-originator-ua');
  const text = statusTextOf(headers.get('x-mms-status-text'));
  const extension = readStatusExtension(headers.get('x-mms-mm-status-extension'));
  if (extension?.warning !== undefined) warn(decoding, extension.warning);
  return {
    ...report,
    kind: 'MM4_delivery_report.REQ',
    status: {
      mmStatus: value,
      final,
      raw,
      ...(extension === undefined ? {} : { extension: extension.value }),
      ...(text === undefined ? {} : { text }),
      ...(toOriginator === undefined ? {} : { forwardToOriginatorUA: readBoolean(toOriginator, true).value }),
    },
  };
}

/** MM4_read_reply_report.REQ (reference 1.5). */
export function decodeReadReport(decoding: Decoding, common: PduCommon): ReadReportReq {
  const { headers, findings } = decoding;
  const report = decodeReport(decoding, common);
  const raw = headers.get('x-mms-read-status') ?? null;
  if (raw === null) findings.errors.push('missing-mandatory:readStatus');
  const { value, warning } = readReadStatus(raw ?? undefined);
  if (warning !== undefined && raw !== null) warn(decoding, warning);
  const text = statusTextOf(headers.get('x-mms-status-text'));
  return {
    ...report,
    kind: 'MM4_read_reply_report.REQ',
    status: { readStatus: value, raw, ...(text === undefined ? {} : { text }) },
  };
}

function warn({ findings, strict }: Decoding, warning: string): void {
  findings.warnings.add(warning);
  if (strict && warning === 'enum-unknown-defaulted') findings.errors.push('enum-unknown');
}

function decodeReport(decoding: Decoding, common: PduCommon): ReportPart {
  if (common.messageId === null) decoding.findings.errors.push('missing-mandatory:messageId');
  const ackRequest = ackRequested(decoding);
  const application = applicationOf(decoding);
  const subject = addressIn(decoding, 'from');
  const destination = addressIn(decoding, 'to');
  return {
    ...common,
    transactionId: requestTransactionId(decoding, common),
    ackRequest,
    answerTo: ackRequest ? answerAddress(decoding) : null,
    subject,
    destination,
    sender: addressIn(decoding, 'sender'),
    ...(application === undefined ? {} : { application }),
  };
}
