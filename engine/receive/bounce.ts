import * as E from 'fp-ts/lib/Either.js';

import { readBounce } from '../../domain/mm4/bounce.ts';
import type { NotMm4, Res } from '../../domain/mm4/pdu.ts';
import { transactionOfMail } from '../../domain/mms/ids.ts';
import type { Context } from '../context.ts';
import type { Incoming } from './accept.ts';

/** What comes back beyond this is picture. */
const octetsRead = 256 * 1_024;

/** The RES that a bounce of a forward of ours amounts to; null: it is of none. */
export async function resOfBounce(
  { content }: Pick<Context, 'content'>,
  { arrival, pdu }: Incoming<NotMm4>,
): Promise<Res | null> {
  const kept = await arrival.keep();
  if (E.isLeft(kept) || kept.right.body === null) return null;
  const begins = await beginning(content.read(kept.right.body));
  const bounce = readBounce(begins.toString('latin1'));
  const transactionId = bounce === null ? null : transactionOfMail(bounce.rfcMessageId);
  if (bounce === null || transactionId === null) return null;
  const id = { raw: transactionId, normal: transactionId };
  return { ...pdu, kind: 'MM4_forward.RES', transactionId: id, status: bounce.status, errors: [] };
}

async function beginning(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let octets = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    octets += chunk.length;
    if (octets >= octetsRead) break;
  }
  return Buffer.concat(chunks).subarray(0, octetsRead);
}
