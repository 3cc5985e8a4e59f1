import type { SmtpReply } from '../../domain/ports.ts';

/** RFC 5321 4.5.3.1.5 allows 512 octets a line; peers exceed it, but not by this much. */
const maxLineOctets = 2_048;
const maxLines = 128;
const maxTextCharacters = 200;

const lineFeed = 0x0a;
const replyLine = /^([2-5]\d\d)(?:([ -])(.*))?$/;
const enhancedCode = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/;
const controls = /[\x00-\x1f\x7f]/g;

/**
 * Cuts what the peer says into replies (RFC 5321 4.2). The answer takes chunks as they come from the socket, calls back once
 * for each whole reply with its lines, and says what was wrong as soon as something is not a reply; after that it must not be
 * fed any more. Lines end in LF, with or without CR.
 */
export function replyParser(
  onReply: (lines: readonly string[]) => void,
): (chunk: Buffer) => string | undefined {
  let rest: Buffer = Buffer.alloc(0);
  let lines: string[] = [];

  function take(line: string): string | undefined {
    const parts = replyLine.exec(line);
    if (parts === null) return `not an SMTP reply: ${line.slice(0, maxTextCharacters)}`;
    if (lines[0] !== undefined && !lines[0].startsWith(parts[1] ?? ''))
      return `the lines of a reply differ in their code: ${line}`;
    if (lines.push(line) > maxLines) return `a reply of more than ${maxLines} lines`;
    if (parts[2] === '-') return undefined;
    const whole = lines;
    lines = [];
    onReply(whole);
    return undefined;
  }

  return (chunk) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
      const complaint = end - start > maxLineOctets ? tooLong : take(decode(bytes.subarray(start, end)));
      if (complaint !== undefined) return complaint;
      start = end + 1;
    }
    rest = bytes.subarray(start);
    return rest.length > maxLineOctets ? tooLong : undefined;
  };
}

const tooLong = `a reply line of more than ${maxLineOctets} octets`;

/** UTF-8, or Latin-1 where it is not. */
function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return readable(text.includes('\uFFFD') ? bytes.toString('latin1') : text);
}

/** A line without its CR, control characters replaced by question marks. */
export function readable(line: string): string {
  return line.replace(/\r$/, '').replace(controls, '?');
}

/**
 * Code, enhanced code (RFC 2034) and text of a reply. Codes are taken out of the text, the lines are joined by blanks, and it
 * ends after 200 characters.
 */
export function toReply(lines: readonly string[]): SmtpReply {
  const enhanced = enhancedCode.exec(textOf(lines[0] ?? ''))?.[1];
  const text = lines
    .map((line) => textOf(line).replace(enhancedCode, ''))
    .join(' ')
    .slice(0, maxTextCharacters);
  const code = Number((lines[0] ?? '').slice(0, 3));
  return enhanced === undefined ? { code, text } : { code, enhanced, text };
}

/** The reply in a text whose lines are joined by LF; undefined if it is none. */
export function replyIn(text: string): SmtpReply | undefined {
  const lines = text.split('\n').map(readable);
  return lines.every((line) => replyLine.test(line)) ? toReply(lines) : undefined;
}

function textOf(line: string): string {
  return line.slice(4);
}

/** For messages to an operator: `550 5.1.1 no such number`. */
export function replyText(reply: SmtpReply): string {
  return [reply.code, reply.enhanced, reply.text]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
}

export const isPositive = (reply: SmtpReply): boolean => reply.code >= 200 && reply.code < 300;
export const isNegative = (reply: SmtpReply): boolean => reply.code >= 400;
