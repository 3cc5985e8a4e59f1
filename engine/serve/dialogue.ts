import * as E from 'fp-ts/lib/Either.js';

import type { ContentRef, MailSession } from '../../domain/ports.ts';
import type { Context } from '../context.ts';

/** Seals what was said and the header block that was sent: evidence of one attempt. Null when it cannot be kept. */
export async function sealDialogue(
  context: Context,
  session: MailSession,
  head: Uint8Array,
): Promise<ContentRef | null> {
  const writer = context.content.begin('head');
  writer.write(session.takeDialogue());
  writer.write(head);
  const kept = await writer.keep()();
  if (E.isRight(kept)) return kept.right;
  context.log.error({ why: kept.left.message }, 'an SMTP dialogue could not be kept');
  return null;
}
