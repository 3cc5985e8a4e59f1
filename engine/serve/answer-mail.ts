import { encodeReport, encodeRes } from '../../domain/mm4/encode.ts';
import type { MmStatus, ReadStatus } from '../../domain/mm4/pdu.ts';
import type { AnswerPlan } from '../../domain/mms/events.ts';
import { renderId } from '../../domain/mm4/ids.ts';
import { intakeOf, recipientOf, type MmsState, type Report } from '../../domain/mms/state.ts';
import type { OutgoingMail } from '../../domain/ports.ts';
import type { Context } from '../context.ts';
import type { Line } from './line.ts';

/** The mail of a RES: from our system address to the peer's. */
export function composeAnswer(context: Context, plan: AnswerPlan): OutgoingMail {
  const { systemAddress } = context.configuration.node;
  const head = encodeRes({
    type: plan.pdu,
    version: plan.version,
    transactionId: plan.transactionId,
    messageId: plan.messageId,
    status: plan.status,
    ...(plan.text === undefined ? {} : { text: plan.text }),
    systemAddress,
    to: plan.to,
    rfcMessageId: plan.rfcMessageId,
    date: plan.date,
  });
  return control(systemAddress, plan.to, head);
}

/** The mail of a relayed report. It names both parties as the originator wrote them, or the originator may not know them. */
export function composeReport(context: Context, state: MmsState, report: Report, line: Line): OutgoingMail {
  const { systemAddress } = context.configuration.node;
  const { plan } = report;
  const recipient = recipientOf(state, report.recipient);
  const intake = intakeOf(state, recipient);
  const head = encodeReport({
    about: aboutOf(report),
    version: plan.version,
    transactionId: renderId(plan.transactionId, line.partner.dialect.idQuoting),
    messageId: intake.messageId.raw ?? intake.messageId.normal,
    recipient: recipient.raw,
    originator: intake.sender.raw,
    requestAck: plan.requestAck,
    ...(plan.text === undefined ? {} : { text: plan.text }),
    systemAddress,
    rfcMessageId: plan.rfcMessageId,
    date: plan.date,
  });
  return control(systemAddress, plan.mailTo, head);
}

function aboutOf({ plan }: Report): Parameters<typeof encodeReport>[0]['about'] {
  if (plan.kind === 'read') return { kind: 'read', status: plan.status as ReadStatus };
  return {
    kind: 'delivery',
    status: plan.status as MmStatus,
    ...(plan.extension === undefined ? {} : { extension: plan.extension }),
    toOriginatorUA: plan.toOriginatorUA,
  };
}

function control(mailFrom: string, to: string, head: Uint8Array): OutgoingMail {
  return { mailFrom, rcptTo: [to], head, body: null, size: head.length, eightBit: false };
}
