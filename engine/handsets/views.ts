import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as RA from 'fp-ts/lib/ReadonlyArray.js';

import { decodeWords } from '../../domain/mm4/encoded-words.ts';
import { fieldsNamed, type HeaderField } from '../../domain/mm4/header-block.ts';
import { decodeEvent, decodeMetadata } from '../../domain/mms/codec.ts';
import type { DeliveryFailed, MmsEvent, Received } from '../../domain/mms/events.ts';
import { evolve } from '../../domain/mms/evolve.ts';
import { ownSubscribers } from '../../domain/mms/facts.ts';
import { streamOf } from '../../domain/mms/ids.ts';
import { nothing, type MmsState, type Recipient } from '../../domain/mms/state.ts';
import type { Context } from '../context.ts';
import type { HandsetProblem, MailboxEntry, RecipientView } from './handsets.ts';

/** A message as our own subscribers may see it. */
export interface MessageView {
  readonly uid: string;
  readonly state: MmsState;
  /** The first `Received`: all intakes of a message have the same content. */
  readonly received: Received;
  readonly receivedAt: number;
  readonly events: readonly MmsEvent[];
}

export function problem(kind: HandsetProblem['kind'], message: string): HandsetProblem {
  return { kind, message };
}

export const noSuchMessage = problem('not-found', 'this number has no such message');

/** Reads a message whole. Null: there is none of that uid. */
export async function viewOf(
  context: Context,
  uid: string,
): Promise<E.Either<HandsetProblem, MessageView | null>> {
  const read = await context.store.readStream(streamOf(uid))();
  return pipe(
    read,
    E.chainW((stored) =>
      pipe(
        stored,
        RA.traverse(E.Applicative)(decodeEvent),
        E.map((events): MessageView | null => {
          const at = events.findIndex(({ type }) => type === 'Received');
          const [received, record] = [events[at], stored[at]];
          if (received?.type !== 'Received' || record === undefined) return null;
          const { recordedAt } = decodeMetadata(record);
          const state = events.reduce(evolve, nothing);
          return { uid, state, received, receivedAt: recordedAt, events };
        }),
      ),
    ),
    E.mapLeft(({ message }) => problem('unavailable', message)),
  );
}

/** The recipient whose mailbox this message is in; null: it is not in that of this number. */
export function recipientOwning(state: MmsState, number: string): Recipient | null {
  const recipient = state.recipients.get(number);
  return recipient === undefined || recipient.mailbox === null ? null : recipient;
}

export function isSender({ received }: MessageView, number: string): boolean {
  return received.from.partner === ownSubscribers && received.sender.address === number;
}

/** Null: it neither came from this number nor is it for it. */
export function entryOf(
  view: MessageView,
  number: string,
  fields: readonly HeaderField[] | null,
): MailboxEntry | null {
  const own = recipientOwning(view.state, number);
  const sent = isSender(view, number);
  if (own === null && !sent) return null;
  const { uid, received, receivedAt } = view;
  const hidden = received.flags.senderVisibility === 'Hide' && !sent;
  const subject = fields === null ? undefined : fieldsNamed(fields, 'subject')[0]?.value;
  return {
    uid,
    messageId: received.messageId.normal,
    from: hidden ? null : received.sender.address,
    recipients: sent ? recipientViews(view) : shownRecipients(view.state),
    subject: subject === undefined ? null : decodeWords(subject),
    receivedAt,
    expiresAt: received.expiresAt,
    size: received.size.decoded,
    parts: received.parts,
    state: own === null ? 'sent' : stateOf(own),
  };
}

/** What the sender may know: what became of each. */
export function recipientViews({ state, events }: MessageView): readonly RecipientView[] {
  const failures = new Map(
    events.flatMap((event) =>
      event.type === 'DeliveryFailed' && event.stands ? [[event.recipient, reasonOf(event)] as const] : [],
    ),
  );
  return [...state.recipients.values()].map(({ address, delivery, read }) => ({
    address,
    status: statusOf(delivery),
    read,
    why: delivery.kind === 'failed' ? (failures.get(address) ?? null) : null,
  }));
}

/** What another recipient may know: who else got it, blind copies left out, and not what became of it. */
function shownRecipients(state: MmsState): readonly RecipientView[] {
  return [...state.recipients.values()]
    .filter(({ shown }) => shown !== 'blind')
    .map(({ address }) => ({ address, status: 'pending', read: false, why: null }));
}

function reasonOf({ source, status }: DeliveryFailed): string {
  switch (source.kind) {
    case 'us':
      return source.why.text;
    case 'partner':
      return source.text ?? status;
    case 'handset':
      return 'rejected by the recipient';
  }
}

function statusOf(delivery: Recipient['delivery']): RecipientView['status'] {
  switch (delivery.kind) {
    case 'pending':
      return 'pending';
    case 'delivered':
      return 'retrieved';
    case 'interim':
    case 'failed':
      return delivery.status === 'Retrieved' ? 'retrieved' : delivery.status;
  }
}

function stateOf({ delivery, read }: Recipient): MailboxEntry['state'] {
  if (read) return 'read';
  switch (delivery.kind) {
    case 'pending':
    case 'interim':
      return 'waiting';
    case 'delivered':
      return 'retrieved';
    case 'failed':
      if (delivery.status === 'Expired') return 'expired';
      return delivery.by === 'user' ? 'rejected' : 'failed';
  }
}
