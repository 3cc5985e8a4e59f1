import { boundaryOf } from './mime-part.ts';
import type { HeaderField } from './header-block.ts';

/** A single-part mail made a multipart of one part, for partners that insist (dialect `alwaysMultipart`). */
export interface Wrapped {
  /** The header block without what describes the content; a Content-Type of ours in its place. */
  readonly fields: readonly HeaderField[];
  /** What goes before and after the body, which itself stays as it came. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Headers that describe the content and so move into the part. */
const ofTheContent: ReadonlySet<string> = new Set([
  'content-type',
  'content-transfer-encoding',
  'content-id',
  'content-location',
  'content-disposition',
  'content-description',
]);

/** Null: it is a multipart already. The boundary must be one that nobody who wrote the body could foresee. */
export function wrapMultipart(fields: readonly HeaderField[], boundary: string): Wrapped | null {
  if (boundaryOf(fields) !== null) return null;
  const moved = fields.filter(({ name }) => ofTheContent.has(name.toLowerCase()));
  const kept = fields.filter(({ name }) => !ofTheContent.has(name.toLowerCase()));
  const raw = `Content-Type: multipart/mixed; boundary="${boundary}"\r\n`;
  const contentType: HeaderField = {
    name: 'Content-Type',
    value: `multipart/mixed; boundary="${boundary}"`,
    raw,
    eightBit: false,
  };
  const partHead = moved.map((field) => (field.raw.endsWith('\n') ? field.raw : `${field.raw}\r\n`)).join('');
  return {
    fields: [...kept, contentType],
    before: Buffer.from(`--${boundary}\r\n${partHead}\r\n`, 'latin1'),
    after: Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1'),
  };
}
