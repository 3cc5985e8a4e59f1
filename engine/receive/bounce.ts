import * as E from 'fp-ts/lib/Either.js';

import { readBounce } from '../../domain/mm4/bounce.ts';
import type { NotMm4, Res } from '../../domain/mm4/pdu.ts';
import { transactionOfMail } from '../../domain/mms/ids.ts';
import type { Context } from '../context.ts';
import { collect } from '../serve/collect.ts';
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
  const body = await collect(content.read(kept.right.body));
  const bounce = readBounce(Buffer.from(body.subarray(0, octetsRead)).toString('latin1'));
  const transactionId = bounce === null ? null : transactionOfMail(bounce.rfcMessageId);
  if (bounce === null || transactionId === null) return null;
  const id = { raw: transactionId, normal: transactionId };
  return { ...pdu, kind: 'MM4_forward.RES', transactionId: id, status: bounce.status, errors: [] };
}
