import { boundaryOf } from './mime-part.ts';
import { splitHeaderBlock, type HeaderField } from './header-block.ts';

/** What a partner's MMSC cannot take in a body (dialect `sevenBitOnly`, `foldLongLines`). */
export interface Limits {
  readonly sevenBit: boolean;
  /** No line longer than RFC 5322's 998 octets. */
  readonly lineLength: boolean;
}

export interface Recoded {
  readonly fields: readonly HeaderField[];
  readonly body: Uint8Array;
}

const longest = 998;

/**
 * A body in which every part that the partner cannot take is base64 instead, decoded to the same octets; all else, boundaries
 * included, stays as it came. Null: nothing had to be changed. Holds the body whole.
 */
export function recode(fields: readonly HeaderField[], body: Uint8Array, limits: Limits): Recoded | null {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  const entity = recodeEntity(fields, text, limits);
  return entity === null ? null : { fields: entity.fields, body: Buffer.from(entity.text, 'latin1') };
}

interface Entity {
  readonly fields: readonly HeaderField[];
  readonly text: string;
}

function recodeEntity(fields: readonly HeaderField[], text: string, limits: Limits): Entity | null {
  const boundary = boundaryOf(fields);
  if (boundary !== null) {
    const recoded = recodeParts(text, boundary, limits);
    return recoded === text ? null : { fields, text: recoded };
  }
  return isTransferEncoded(fields) || !isTooMuch(text, limits) ? null : asBase64(fields, text);
}

/** Each part between two boundary lines; what stands before the first and after the last is no part. */
function recodeParts(text: string, boundary: string, limits: Limits): string {
  const escaped = boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const delimiter = new RegExp(`((?:^|\\r?\\n)--${escaped}(?:--)?[ \\t]*(?:\\r?\\n|$))`);
  const pieces = text.split(delimiter);
  return pieces
    .map((piece, index) => {
      const opened = pieces[index - 1];
      const isPart = index % 2 === 0 && opened !== undefined && !/--[ \t]*(\r?\n)?$/.test(opened);
      return isPart ? recodePart(piece, limits) : piece;
    })
    .join('');
}

function recodePart(part: string, limits: Limits): string {
  const end = /^\r?\n|\r?\n\r?\n/.exec(part);
  if (end === null) return part;
  const bodyStart = end.index + end[0].length;
  const fields = splitHeaderBlock(Buffer.from(part.slice(0, bodyStart), 'latin1'));
  const entity = recodeEntity(fields, part.slice(bodyStart), limits);
  if (entity === null) return part;
  return `${entity.fields.map(({ raw }) => raw).join('')}\r\n${entity.text}`;
}

function asBase64(fields: readonly HeaderField[], text: string): Entity {
  const raw = 'Content-Transfer-Encoding: base64\r\n';
  const kept = fields.filter(({ name }) => name.toLowerCase() !== 'content-transfer-encoding');
  const encoding = { name: 'Content-Transfer-Encoding', value: 'base64', raw, eightBit: false };
  const base64 = Buffer.from(text, 'latin1')
    .toString('base64')
    .replace(/.{76}(?=.)/g, '$&\r\n');
  return { fields: [...kept.map(withLineEnd), encoding], text: base64 };
}

function withLineEnd(field: HeaderField): HeaderField {
  return field.raw.endsWith('\n') ? field : { ...field, raw: `${field.raw}\r\n` };
}

/** Base64 and quoted-printable are safe for any transport already. */
function isTransferEncoded(fields: readonly HeaderField[]): boolean {
  const encoding = fields.find(({ name }) => name.toLowerCase() === 'content-transfer-encoding')?.value ?? '';
  return /base64|quoted-printable/i.test(encoding);
}

function isTooMuch(text: string, limits: Limits): boolean {
  if (limits.sevenBit && Buffer.byteLength(text) !== text.length) return true;
  return limits.lineLength && text.split(/\r?\n/).some((line) => line.length > longest);
}
