import type { HeaderField } from './header-block.ts';
import { mimeWalker } from './mime-walker.ts';

/** A leaf of the MIME tree with its octets, transfer encoding undone. */
export interface ReadPart {
  /** With its charset, if it named one. */
  readonly type: string;
  readonly name: string | null;
  readonly bytes: Uint8Array;
}

/** The parts of a body, in order. `fields` is the header block that it came with. */
export function readParts(fields: readonly HeaderField[], body: Uint8Array): readonly ReadPart[] {
  const found: { readonly type: string; readonly name: string | null; readonly chunks: Uint8Array[] }[] = [];
  const walker = mimeWalker(fields, ({ type, charset, name, contentLocation, contentId }) => {
    const chunks: Uint8Array[] = [];
    found.push({
      type: charset === undefined ? type : `${type}; charset=${charset}`,
      name: name ?? contentLocation ?? contentId ?? null,
      chunks,
    });
    // The decoder may use its buffer again.
    return (bytes) => chunks.push(Uint8Array.from(bytes));
  });
  walker.push(body);
  walker.end();
  return found.map(({ type, name, chunks }) => ({ type, name, bytes: Buffer.concat(chunks) }));
}
