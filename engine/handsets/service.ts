import * as E from 'fp-ts/lib/Either.js';

import { fieldsNamed, splitHeaderBlock, type HeaderField } from '../../domain/mm4/header-block.ts';
import { readParts } from '../../domain/mm4/read-parts.ts';
import { read, reject, retrieve, type HandsetAct } from '../../domain/mms/decide/handset.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import { streamOf } from '../../domain/mms/ids.ts';
import type { MmsState } from '../../domain/mms/state.ts';
import { ContentError } from '../../domain/ports.ts';
import { ask } from '../ask.ts';
import type { Context } from '../context.ts';
import type { Messages } from '../messages.ts';
import { momentFor } from '../moment.ts';
import { collect } from '../serve/collect.ts';
import { sealedBody } from '../serve/sealed-body.ts';
import type { Handset, HandsetProblem, Handsets, MailboxEntry, Retrieved } from './handsets.ts';
import { submit } from './submit.ts';
import {
  entryOf,
  isSender,
  noSuchMessage,
  problem,
  recipientOwning,
  viewOf,
  type MessageView,
} from './views.ts';

/** So many of a number's latest messages are looked through for a list. */
const lookedThrough = 500;

const noRoom = problem('unavailable', 'no room for messages at the moment, try again later');

/**
 * `Handsets` over the engine's messages.
 *
 * @param diskProblem why nothing new is taken; null: there is room
 */
export function handsets(context: Context, messages: Messages, diskProblem: () => string | null): Handsets {
  /** A message in this subscriber's own mailbox. */
  const ownMessage = async (number: string, uid: string): Promise<E.Either<HandsetProblem, MessageView>> => {
    const view = await viewOf(context, uid);
    if (E.isLeft(view)) return view;
    return view.right === null || recipientOwning(view.right.state, number) === null
      ? E.left(noSuchMessage)
      : E.right(view.right);
  };

  /** Records what a handset did, and shows the message as it is then. */
  const act = async (
    handset: Handset,
    uid: string,
    decide: (state: MmsState, handsetAct: HandsetAct) => readonly MmsEvent[],
  ): Promise<E.Either<HandsetProblem, MailboxEntry>> => {
    const moment = momentFor(context, streamOf(uid));
    const { number: recipient, gateway, address } = handset;
    const transacted = await messages.transact(
      streamOf(uid),
      (state) => decide(state, { moment, recipient, gateway, address }),
      { correlation: uid, causation: `handset ${gateway}`, actor: 'handset', occurredAt: moment.now },
    );
    return E.isLeft(transacted)
      ? E.left(problem('unavailable', transacted.left.message))
      : look(context, recipient, uid);
  };

  return {
    submit: async (submission) =>
      diskProblem() === null ? submit(context, messages, submission) : E.left(noRoom),
    list: (question) => list(context, question),
    look: (number, uid) => look(context, number, uid),
    retrieve: async (handset, uid) => {
      const view = await ownMessage(handset.number, uid);
      if (E.isLeft(view)) return view;
      const why = unfetchable(view.right, handset.number);
      if (why !== null) return E.left(why);
      // What cannot be read is not delivered.
      const content = await contentOf(context, view.right);
      if (E.isLeft(content)) return content;
      const entry = await act(handset, uid, retrieve);
      if (E.isLeft(entry)) return entry;
      // Its time may have been over while the content was read.
      const { state } = entry.right;
      return state === 'retrieved' || state === 'read'
        ? E.right({ entry: entry.right, ...content.right })
        : E.left(problem('gone', `it ended as ${state}: it cannot be fetched any more`));
    },
    read: async (handset, uid, status) => {
      const view = await ownMessage(handset.number, uid);
      if (E.isLeft(view)) return view;
      return view.right.state.recipients.get(handset.number)?.delivery.kind === 'delivered'
        ? act(handset, uid, (state, handsetAct) => read(state, handsetAct, status))
        : E.left(problem('conflict', 'it was not fetched: fetch it, then mark it read'));
    },
    reject: async (handset, uid) => {
      const view = await ownMessage(handset.number, uid);
      if (E.isLeft(view)) return view;
      const { kind } = view.right.state.recipients.get(handset.number)?.delivery ?? {};
      return kind === 'delivered'
        ? E.left(problem('conflict', 'it was fetched before: it cannot be rejected any more'))
        : act(handset, uid, reject);
    },
  };
}

function unfetchable({ state }: MessageView, number: string): HandsetProblem | null {
  const recipient = state.recipients.get(number);
  return recipient?.delivery.kind === 'failed'
    ? problem('gone', `it ended as ${recipient.delivery.status}: it cannot be fetched any more`)
    : null;
}

async function list(
  context: Context,
  { number, box, max }: Parameters<Handsets['list']>[0],
): Promise<E.Either<HandsetProblem, readonly MailboxEntry[]>> {
  const found = await ask(async () => {
    await context.openWork.whenCaughtUp();
    return context.index.find(number, lookedThrough);
  });
  if (E.isLeft(found)) return E.left(problem('unavailable', found.left));
  const entries: MailboxEntry[] = [];
  for (const stream of found.right.filter((name) => name.startsWith('mms-'))) {
    if (entries.length >= max) break;
    const view = await viewOf(context, stream.slice('mms-'.length));
    if (E.isLeft(view)) return view;
    if (view.right === null) continue;
    const belongs =
      box === 'out' ? isSender(view.right, number) : recipientOwning(view.right.state, number) !== null;
    const entry = belongs ? entryOf(view.right, number, await headOf(context, view.right)) : null;
    if (entry !== null) entries.push(entry);
  }
  return E.right(entries);
}

async function look(
  context: Context,
  number: string,
  uid: string,
): Promise<E.Either<HandsetProblem, MailboxEntry>> {
  const view = await viewOf(context, uid);
  if (E.isLeft(view)) return view;
  if (view.right === null) return E.left(noSuchMessage);
  const entry = entryOf(view.right, number, await headOf(context, view.right));
  return entry === null ? E.left(noSuchMessage) : E.right(entry);
}

/** The header block as it came; null: it is erased or cannot be read now. */
async function headOf(context: Context, { received }: MessageView): Promise<readonly HeaderField[] | null> {
  try {
    return splitHeaderBlock(await collect(context.content.read(received.head)));
  } catch (error) {
    if (error instanceof ContentError) return null;
    throw error;
  }
}

async function contentOf(
  context: Context,
  { received }: MessageView,
): Promise<E.Either<HandsetProblem, Omit<Retrieved, 'entry'>>> {
  try {
    const fields = splitHeaderBlock(await collect(context.content.read(received.head)));
    const { content, bodySha256 } = received;
    const body =
      content === null ? new Uint8Array(0) : await collect(sealedBody(context, content, bodySha256));
    const contentType = fieldsNamed(fields, 'content-type')[0]?.value ?? 'text/plain';
    return E.right({ contentType, body, parts: readParts(fields, body) });
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    const { kind, message } = error.failure;
    return E.left(problem(kind === 'erased' ? 'gone' : 'unavailable', message));
  }
}
