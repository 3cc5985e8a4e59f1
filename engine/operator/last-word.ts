import type { MmsEvent, Refusal } from '../../domain/mms/events.ts';
import type { SmtpReply } from '../../domain/ports.ts';

/** The last that was heard about a leg, answer or report: an SMTP reply, a RES, a failure. Null: nothing yet. */
export function lastWord(
  events: readonly MmsEvent[],
  about: { readonly leg?: number; readonly answer?: string; readonly report?: number },
): string | null {
  const said = events.findLast((event) => isAbout(event, about) && wordOf(event) !== null);
  return said === undefined ? null : wordOf(said);
}

function isAbout(
  event: MmsEvent,
  { leg, answer, report }: { readonly leg?: number; readonly answer?: string; readonly report?: number },
): boolean {
  if (leg !== undefined) return 'leg' in event && event.leg === leg;
  if (report !== undefined) return 'report' in event && event.report === report;
  return answer !== undefined && 'answer' in event && event.answer === answer;
}

function wordOf(event: MmsEvent): string | null {
  switch (event.type) {
    case 'ForwardSent':
    case 'ReportRelayed':
    case 'AckSent':
      return replyText(event.reply);
    case 'ForwardDeferred':
    case 'ForwardRefused':
    case 'AckDeferred':
    case 'ReportDeferred':
      return refusalText(event.why);
    case 'ForwardOutcomeUnknown':
      return event.why;
    case 'AckReceived':
    case 'ReportAckReceived':
      return `RES ${event.status.code}${event.text === undefined ? '' : `: ${event.text}`}`;
    default:
      return null;
  }
}

function refusalText({ reply, text }: Refusal): string {
  return reply === undefined ? text : replyText(reply);
}

function replyText({ code, enhanced, text }: SmtpReply): string {
  return [code, enhanced, text].filter((piece) => piece !== undefined && piece !== '').join(' ');
}
