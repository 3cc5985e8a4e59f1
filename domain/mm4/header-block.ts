/**
 * The header block of a mail, field by field (RFC 5322 2.2). We split it ourselves and keep every byte, because the libraries
 * damage MM4 headers: they fold, re-encode or drop quotes that peers compare literally.
 */
export interface HeaderField {
  /** As written. */
  readonly name: string;
  /** Unfolded and trimmed; raw 8-bit bytes decoded as UTF-8 if valid, else latin-1. */
  readonly value: string;
  /** The whole field with its folding and line end, one character an octet. */
  readonly raw: string;
  /** It held octets above 127. */
  readonly eightBit: boolean;
}

/**
 * Splits a header block. Tolerant: CRLF or bare LF, a last line without an end, lines that are no header (they are kept as a
 * field without a name, so that nothing is lost). Never throws.
 */
export function splitHeaderBlock(head: Uint8Array): readonly HeaderField[] {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  const fields: HeaderField[] = [];
  let start = 0;
  while (start < text.length) {
    let end = lineEnd(text, start);
    while (end < text.length && (text[end] === ' ' || text[end] === '\t')) end = lineEnd(text, end);
    const raw = text.slice(start, end);
    if (raw !== '\r\n' && raw !== '\n') fields.push(fieldOf(raw));
    start = end;
  }
  return fields;
}

function lineEnd(text: string, from: number): number {
  const newline = text.indexOf('\n', from);
  return newline < 0 ? text.length : newline + 1;
}

function fieldOf(raw: string): HeaderField {
  const colon = raw.indexOf(':');
  const name = colon < 0 ? '' : raw.slice(0, colon).trimEnd();
  const isName = /^[\x21-\x39\x3b-\x7e]+$/.test(name);
  const eightBit = /[\x80-\xff]/.test(raw);
  const unfolded = (isName ? raw.slice(colon + 1) : raw).replace(/\r?\n(?=[ \t])/g, '');
  // Trimmed after decoding: as latin-1 the last octet of an `à` is a blank.
  const value = (eightBit ? decodeEightBit(unfolded) : unfolded).trim();
  return { name: isName ? name : '', value, raw, eightBit };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decodeEightBit(latin1: string): string {
  try {
    return utf8.decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return latin1;
  }
}

/** The fields of one name, case-insensitively, in order. */
export function fieldsNamed(fields: readonly HeaderField[], name: string): readonly HeaderField[] {
  const wanted = name.toLowerCase();
  return fields.filter((field) => field.name.toLowerCase() === wanted);
}
