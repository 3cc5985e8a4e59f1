import { runningSha256 } from '../../domain/hash.ts';
import { ContentError, type ContentRef } from '../../domain/ports.ts';
import type { Context } from '../context.ts';

/**
 * A message's body out of its seal. The seal proves that nobody changed the bytes, the digest in the event that they are this
 * message's: the last of them is given only then. Throws `ContentError`.
 */
export async function* sealedBody(
  { content }: Pick<Context, 'content'>,
  ref: ContentRef,
  bodySha256: string,
): AsyncGenerator<Uint8Array> {
  const hash = runningSha256();
  let held: Uint8Array | null = null;
  for await (const chunk of content.read(ref)) {
    hash.update(chunk);
    if (held !== null) yield held;
    held = chunk;
  }
  if (hash.digest('hex') !== bodySha256) {
    const message = `content ${ref} is not the body that was taken in: its digest is another`;
    throw new ContentError({ kind: 'damaged', ref, message });
  }
  if (held !== null) yield held;
}
