import { classify } from '../replies.ts';
import { parseAddress } from './address.ts';
import { fieldsNamed, type HeaderField } from './header-block.ts';
import type { Res } from './pdu.ts';

/** A mail of ours that an MTA behind the partner's MMSC gave up (RFC 3464): as good as a negative RES to it (protocol reference 5.6). */
export interface Bounce {
  /** Message-ID of the mail that comes back. */
  readonly rfcMessageId: string;
  readonly status: Res['status'];
}

/** Whether a mail is a delivery status notification. */
export function isBounce(fields: readonly HeaderField[]): boolean {
  const type = fieldsNamed(fields, 'content-type')[0]?.value ?? '';
  return /^\s*multipart\/report\b/i.test(type) && /report-type\s*=\s*"?delivery-status\b/i.test(type);
}

/** Null: nobody is named in it whom the mail will not reach, or it does not say which mail. */
export function readBounce(body: string): Bounce | null {
  const unfolded = body.replace(/\r?\n[ \t]+/g, ' ');
  const groups = unfolded.split(/\r?\n\r?\n/);
  const failed = groups.filter((group) => /^failed$/i.test(fieldIn(group, 'Action') ?? ''));
  const [first] = failed;
  // The last one: what comes back stands at the end.
  const rfcMessageId = [...unfolded.matchAll(/^Message-ID:[ \t]*(<[^>\r\n]+>)/gim)].at(-1)?.[1];
  if (first === undefined || rfcMessageId === undefined) return null;
  return { rfcMessageId, status: statusOf(first, failed.flatMap(recipientIn)) };
}

/** Like the SMTP code that it reports. */
function statusOf(group: string, recipients: readonly string[]): Res['status'] {
  const enhanced = /^[245]\.\d{1,3}\.\d{1,3}/.exec(fieldIn(group, 'Status') ?? '')?.[0] ?? '5.0.0';
  const said = withoutType(fieldIn(group, 'Diagnostic-Code') ?? '').slice(0, 200);
  const code = Number(/^[45]\d\d/.exec(said)?.[0] ?? usualCode(enhanced));
  const { action, status } = classify('rcpt', { code, enhanced, text: said });
  return {
    requestStatus: status,
    class: action === 'permanent' ? 'permanent' : 'transient',
    raw: enhanced,
    text: said === '' ? `bounced: ${enhanced}` : said,
    ...(recipients.length === 0 ? {} : { recipients: recipients.map((text) => parseAddress(text)) }),
  };
}

function usualCode(enhanced: string): string {
  if (enhanced.startsWith('4')) return '450';
  return enhanced.startsWith('5.1.') ? '550' : '554';
}

function recipientIn(group: string): readonly string[] {
  const named = fieldIn(group, 'Original-Recipient') ?? fieldIn(group, 'Final-Recipient');
  return named === undefined ? [] : [withoutType(named)];
}

function fieldIn(group: string, name: string): string | undefined {
  return new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(group)?.[1]?.trim();
}

/** `rfc822; +447700900201@mx.op-b.example`, `smtp; 550 no such user`. */
function withoutType(value: string): string {
  return value.replace(/^[\w-]+;\s*/, '');
}
