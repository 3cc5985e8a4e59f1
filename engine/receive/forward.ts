import * as E from 'fp-ts/lib/Either.js';

import type { ForwardReq } from '../../domain/mm4/pdu.ts';
import type { Refusal } from '../../domain/mm4/verdict.ts';
import {
  cameBack,
  decideReceive,
  type Receive,
  type ReceiveDecision,
} from '../../domain/mms/decide/receive.ts';
import { openVariant } from '../../domain/mms/decide/variant.ts';
import { streamOf, uidOf } from '../../domain/mms/ids.ts';
import { sameMessage, variantKey } from '../../domain/mms/variant.ts';
import type { ContentRef, SmtpReply } from '../../domain/ports.ts';
import type { Cause } from '../batch.ts';
import type { Desk } from './desk.ts';
import type { Messages, TransactFailure } from '../messages.ts';
import { momentFor } from '../moment.ts';
import type { Incoming } from './accept.ts';
import { originOf } from './evidence.ts';
import { taken, unable } from './intake.ts';
import { permissionProblem } from './permission.ts';
import { receiveCommand } from './receive-command.ts';
import { refuse } from './refuse.ts';

const tooManyVariants: Refusal = {
  errors: ['too-many-variants'],
  status: 'Error-service-denied',
  reply: { code: 554, enhanced: '5.6.0', text: 'too many different messages under this Message-ID' },
};

const loop: Refusal = {
  errors: ['loop-detected'],
  status: 'Error-service-denied',
  reply: { code: 554, enhanced: '5.4.6', text: 'this message was sent to you by us' },
};

/** This very message is in its stream, or in a variant of it. */
async function isKnown(messages: Messages, incoming: Incoming<ForwardReq>): Promise<boolean> {
  const { pdu, arrival } = incoming;
  const loaded = await messages.load(streamOf(uidOf(pdu.messageId?.normal ?? '')));
  if (E.isLeft(loaded)) return false;
  const { intakes, variants } = loaded.right.state;
  const { bodySha256 } = arrival.read;
  const key = variantKey({ from: originOf(incoming), bodySha256, parts: pdu.parts, flags: pdu.flags });
  return [...intakes, ...variants].some((known) => sameMessage(known.key, key));
}

function flooding(why: string): Refusal {
  return {
    errors: ['flood'],
    status: 'Error-service-denied',
    reply: { code: 550, enhanced: '5.7.1', text: why },
  };
}

/** A forward.REQ that decodes: is it allowed, and what is it to its stream? The 250 follows the append. */
export async function acceptForward(desk: Desk, incoming: Incoming<ForwardReq>): Promise<SmtpReply> {
  const { context, messages } = desk;
  const problem = permissionProblem(context, incoming);
  if (problem !== null) return refuse(desk, incoming, problem);
  const tooFast = await desk.rates.admit(incoming.arrival.visitor.identity.partner.name);
  if (tooFast !== null) return tooFast;
  const flood = desk.floods.judge(incoming);
  // What we took before is answered again, whatever came since.
  if (flood.verdict?.do === 'refuse' && !(await isKnown(messages, incoming))) {
    return refuse(desk, incoming, flooding(flood.verdict.why));
  }
  const kept = await incoming.arrival.keep();
  if (E.isLeft(kept)) return unable;
  const id = incoming.pdu.messageId?.normal ?? '';
  const commandFor = (uid: string): Receive =>
    receiveCommand(context, incoming, kept.right, momentFor(context, streamOf(uid)), flood.verdict?.why);
  const placed = await place(messages, id, commandFor);
  if (E.isLeft(placed)) {
    context.log.error({ why: placed.left.message }, 'a forward could not be recorded');
    return unable;
  }
  if (placed.right === 'duplicate') flood.forget();
  return reply(desk, incoming, kept.right.body, placed.right);
}

async function reply(
  desk: Desk,
  incoming: Incoming<ForwardReq>,
  body: ContentRef | null,
  placed: Placed,
): Promise<SmtpReply> {
  const { context } = desk;
  const { partner } = originOf(incoming);
  switch (placed) {
    case 'intake':
      context.meters.accepted(partner, incoming.pdu.kind);
      return taken;
    case 'duplicate':
      context.meters.accepted(partner, incoming.pdu.kind);
      context.meters.repeated(partner, incoming.pdu.kind);
      // The message has its body already; nothing refers to this copy.
      if (body !== null) await context.content.erase([body])();
      return taken;
    case 'loop':
      return refuse(desk, incoming, loop);
    case 'too-many-variants':
      return refuse(desk, incoming, tooManyVariants);
  }
}

type Placed = Exclude<ReceiveDecision['kind'], 'another-message'> | 'too-many-variants';
type Tried = E.Either<TransactFailure, ReceiveDecision['kind']>;

/**
 * Finds the stream the message belongs to: the one its id names, else a variant of the same content, else a new variant. The
 * pointer to a new variant is written first; a peer's repeat finds it and completes what a crash cut short.
 */
async function place(
  messages: Messages,
  id: string,
  commandFor: (uid: string) => Receive,
): Promise<E.Either<TransactFailure, Placed>> {
  const home = uidOf(id);
  const first = await receiveInto(messages, home, commandFor(home), true);
  if (E.isLeft(first)) return first;
  if (first.right !== 'another-message') return E.right(first.right);
  const key = variantKey(commandFor(home).pdu);
  const loaded = await messages.load(streamOf(home));
  if (E.isLeft(loaded)) return loaded;
  const { variants } = loaded.right.state;
  for (const { uid } of variants) {
    const variant = await messages.load(streamOf(uid));
    if (E.isLeft(variant)) return variant;
    if (cameBack(variant.right.state, commandFor(uid))) return E.right('loop');
  }
  for (const { uid } of variants.filter((variant) => sameMessage(variant.key, key))) {
    const tried = await receiveInto(messages, uid, commandFor(uid), false);
    if (E.isLeft(tried)) return tried;
    if (tried.right !== 'another-message') return E.right(tried.right);
  }
  return placeInNewVariant(messages, id, commandFor);
}

async function placeInNewVariant(
  messages: Messages,
  id: string,
  commandFor: (uid: string) => Receive,
): Promise<E.Either<TransactFailure, Placed>> {
  const home = uidOf(id);
  const command = commandFor(home);
  const key = variantKey(command.pdu);
  const opened = await messages.transact(
    streamOf(home),
    (state) => openVariant(state, id, key) ?? [],
    causeOf(command),
  );
  if (E.isLeft(opened)) return opened;
  const variant = opened.right.events.find((event) => event.type === 'VariantOpened');
  if (variant === undefined) return E.right('too-many-variants');
  const tried = await receiveInto(messages, variant.uid, commandFor(variant.uid), true);
  if (E.isLeft(tried)) return tried;
  return E.right(tried.right === 'another-message' ? 'too-many-variants' : tried.right);
}

async function receiveInto(
  messages: Messages,
  uid: string,
  command: Receive,
  assumeNew: boolean,
): Promise<Tried> {
  let kind: ReceiveDecision['kind'] = 'another-message';
  const transacted = await messages.transact(
    streamOf(uid),
    (state) => {
      const decision = decideReceive(state, command);
      // Our own append, of which the store said no: this is what it took in, and no repeat.
      const isOurs = state.intakes.some(({ head }) => head === command.pdu.head);
      kind = isOurs ? 'intake' : decision.kind;
      if (isOurs) return [];
      return 'events' in decision ? decision.events : [];
    },
    causeOf(command),
    { assumeNew },
  );
  return E.map(() => kind)(transacted);
}

function causeOf({ moment, evidence }: Receive): Cause {
  return { correlation: moment.uid, causation: evidence.sha256, actor: 'smtp-in', occurredAt: moment.now };
}
