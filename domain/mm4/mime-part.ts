import { parseParameterised } from './content-type.ts';
import { comparable } from './flags.ts';
import { fieldsNamed, type HeaderField } from './header-block.ts';
import type { Part } from './pdu.ts';

export type PartFacts = Omit<Part, 'size' | 'sha256'> & { readonly quotedContentId: boolean };

/** The boundary of a multipart, also of `application/vnd.wap.multipart.*`; null: not one, or it names no boundary. */
export function boundaryOf(fields: readonly HeaderField[]): string | null {
  const { type, parameters } = parseParameterised(valueOf(fields, 'content-type'));
  const boundary = (parameters.get('boundary') ?? '').trimEnd();
  const multipart =
    type.startsWith('multipart/') ||
    type.startsWith('application/vnd.wap.multipart') ||
    type === 'application/vnd.3gpp.mms-message';
  return multipart && boundary !== '' ? boundary : null;
}

/** What a part's header block says about it. */
export function partFacts(fields: readonly HeaderField[]): PartFacts {
  const { type, parameters } = parseParameterised(valueOf(fields, 'content-type'));
  const disposition = parseParameterised(valueOf(fields, 'content-disposition'));
  const rawId = valueOf(fields, 'content-id');
  const contentLocation = valueOf(fields, 'content-location');
  const name = parameters.get('name') ?? disposition.parameters.get('filename');
  const charset = parameters.get('charset');
  const encoding = comparable(valueOf(fields, 'content-transfer-encoding')).replace(/[;(\s].*$/, '');
  return {
    type: type === '' ? 'text/plain' : type,
    encoding: encoding === '' ? '7bit' : encoding,
    quotedContentId: /^["']/.test(rawId),
    ...(rawId === '' ? {} : { contentId: bareContentId(rawId) }),
    ...(contentLocation === '' ? {} : { contentLocation }),
    ...(name === undefined ? {} : { name }),
    ...(charset === undefined ? {} : { charset: charset.toLowerCase() }),
  };
}

/** A Content-ID without quotes, brackets and `cid:` (protocol reference 6.6). */
export function bareContentId(raw: string): string {
  return raw
    .trim()
    .replace(/^["']|["']$/g, '')
    .replace(/^cid:/i, '')
    .replace(/^<|>$/g, '')
    .trim();
}

/**
 * Where a part's header block ends and its content begins: at a blank line, or, from MMSCs that leave it out, at the first line that
 * can be no header. Null: not among the whole lines from `from`, the start of a line.
 */
export function endOfPartHead(
  bytes: Buffer,
  from = 0,
): { readonly head: number; readonly body: number } | null {
  let start = from;
  for (;;) {
    const newline = bytes.indexOf(0x0a, start);
    if (newline < 0) return null;
    const line = bytes.toString('latin1', start, newline).replace(/\r$/, '');
    if (line === '') return { head: start, body: newline + 1 };
    if (!/^[ \t]|^[\x21-\x39\x3b-\x7e]+[ \t]*:/.test(line)) return { head: start, body: start };
    start = newline + 1;
  }
}

/** The root of a multipart/related (protocol reference 6.4): `start`, else the first SMIL part, else the first. */
export function rootOf(contentType: string, parts: readonly Part[]): string | undefined {
  const { type, parameters } = parseParameterised(contentType);
  if (!type.endsWith('related')) return undefined;
  const start = bareContentId(parameters.get('start') ?? '').toLowerCase();
  const named = parts.find(({ contentId }) => start !== '' && contentId?.toLowerCase() === start);
  const root = named ?? parts.find((part) => part.type === 'application/smil') ?? parts[0];
  return root?.contentId ?? root?.contentLocation;
}

function valueOf(fields: readonly HeaderField[], name: string): string {
  return fieldsNamed(fields, name)[0]?.value ?? '';
}
