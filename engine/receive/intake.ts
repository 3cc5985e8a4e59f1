import * as E from 'fp-ts/lib/Either.js';

import { pduReader, type PduRead } from '../../domain/mm4/pdu-reader.ts';
import type { ContentFailure, ContentRef, ContentWriter, SmtpReply } from '../../domain/ports.ts';
import type { Context } from '../context.ts';
import type { MailEnvelope, PduIntake } from '../reception.ts';
import type { ByteBudget } from './budget.ts';
import type { BeginIntake, KnownVisitor } from './receptionist.ts';

/** A whole mail that has come in, its bytes sealed but not yet kept. */
export interface Arrival {
  readonly visitor: KnownVisitor;
  readonly envelope: MailEnvelope;
  readonly arrivedAt: number;
  readonly read: PduRead;
  /** Puts head and body on disk, synced, before anything refers to them. Asked again, it answers the same. */
  keep(): Promise<E.Either<ContentFailure, KeptContent>>;
}

export interface KeptContent {
  readonly head: ContentRef;
  /** Null: there was no body. */
  readonly body: ContentRef | null;
}

/** Decides what a mail is, records it, and answers it. Never rejects. */
export type Accept = (arrival: Arrival) => Promise<SmtpReply>;

/** Durable: content, key and event are synced. */
export const taken: SmtpReply = { code: 250, enhanced: '2.0.0', text: 'taken' };

/** The store or the disk cannot take it now; the peer is to come again. Nothing is kept. */
export const unable: SmtpReply = {
  code: 451,
  enhanced: '4.3.0',
  text: 'cannot be stored now, try again later',
};
const busy: SmtpReply = { code: 451, enhanced: '4.3.2', text: 'too much on its way in, try again later' };

/** Streams DATA through the digest, the MIME walker and the seal; the bytes are in memory once, sealed. */
export function intakes(context: Context, budget: ByteBudget, accept: Accept): BeginIntake {
  return (visitor, envelope): PduIntake => {
    const reader = pduReader({ headerBytes: context.configuration.limits.headerBytes });
    const body = context.content.begin('body');
    let octets = 0;
    let overloaded = false;
    let over = false;

    /** However it ends, it ends once: the budget gets its bytes back. */
    const end = (): void => {
      if (!over) budget.giveBack(octets);
      over = true;
    };

    return {
      write: (chunk) => {
        if (over || overloaded) return undefined;
        octets += chunk.length;
        const room = budget.take(chunk.length);
        body.write(reader.push(chunk));
        if (room === undefined) return undefined;
        return room.then((got) => {
          overloaded = !got;
        });
      },
      finish: async () => {
        try {
          if (overloaded) {
            body.abandon();
            return busy;
          }
          const read = reader.end();
          return await accept({
            visitor,
            envelope,
            arrivedAt: context.clock.now(),
            read,
            keep: once(() => keep(context, visitor, read, body)),
          });
        } catch (error) {
          const trace = error instanceof Error ? error.stack : String(error);
          context.log.error({ partner: visitor.partner, error: trace }, 'accepting a PDU failed');
          return unable;
        } finally {
          end();
        }
      },
      abort: () => {
        if (!over) body.abandon();
        end();
      },
    };
  };
}

function once<A>(action: () => A): () => A {
  let result: { readonly value: A } | null = null;
  return () => (result ??= { value: action() }).value;
}

async function keep(
  context: Context,
  { partner }: KnownVisitor,
  read: PduRead,
  body: ContentWriter,
): Promise<E.Either<ContentFailure, KeptContent>> {
  const head = context.content.begin('head');
  head.write(read.head);
  if (read.bodySize === 0) body.abandon();
  const [headKept, bodyKept] = await Promise.all([
    head.keep()(),
    read.bodySize === 0 ? E.right(null) : body.keep()(),
  ]);
  const kept = E.isLeft(headKept)
    ? headKept
    : E.map((ref: ContentRef | null) => ({ head: headKept.right, body: ref }))(bodyKept);
  if (E.isLeft(kept)) context.log.error({ partner, why: kept.left.message }, 'a PDU could not be kept');
  return kept;
}
