import { parseAddress } from '../../domain/mm4/address.ts';
import { normaliseId } from '../../domain/mm4/ids.ts';
import { allForwards, onAcks, onHandsets, onHeld, onParked } from '../../domain/mms/due.ts';
import { parseOurTransactionId, streamOf, uidOf } from '../../domain/mms/ids.ts';
import type { MessageIndex, OpenWork } from '../context.ts';
import type { Selection } from './operator.ts';

const pageSize = 500;
const meant = 50;

/** Where an operator's selection is looked for. */
export interface Sources {
  readonly openWork: OpenWork;
  readonly index: MessageIndex;
  /** Routes of a partner; undefined: there is no such partner. */
  readonly routesOf: (partner: string) => readonly string[] | undefined;
}

/**
 * Streams that may fit a selection, page by page, each at most a few times: whoever acts on them looks at the message itself. By route or
 * partner: what waits there. By sender: every message of it that is known.
 */
export async function* select(sources: Sources, selection: Selection): AsyncGenerator<readonly string[]> {
  await sources.openWork.whenCaughtUp();
  if (selection.id !== undefined) {
    yield await streamsMeant(sources.index, selection.id);
  } else if (selection.route !== undefined || selection.partner !== undefined) {
    for (const route of routesOf(sources, selection)) {
      for (const on of waitingFor(route)) yield* waiting(sources.openWork, on);
    }
    yield* waiting(sources.openWork, onParked);
  } else if (selection.senderPrefix !== undefined) {
    yield* indexed(sources.index, selection.senderPrefix);
  }
}

/** The routes a selection is limited to; undefined: it is not. */
export function routesOf(sources: Sources, { route, partner }: Selection): readonly string[] {
  if (route !== undefined) return [route];
  return partner === undefined ? [] : (sources.routesOf(partner) ?? []);
}

/** All that a message can wait for on its way by one route. */
export function waitingFor(route: string): readonly string[] {
  return route === onHandsets
    ? [onHandsets, onHeld(onHandsets)]
    : [...allForwards(route), onHeld(route), onAcks(route)];
}

/** Streams that an id, in any form people have it, may mean; those that do not exist are passed over by whoever looks. */
export async function streamsMeant(
  index: Pick<MessageIndex, 'find'>,
  id: string,
): Promise<readonly string[]> {
  const normal = normaliseId(id);
  const ours = parseOurTransactionId(normal);
  const number = parseAddress(normal);
  const named =
    number.kind === 'plmn' && number.value !== normal ? await index.find(number.value, meant) : [];
  const guesses = [
    ...(/^[a-z]+-[0-9a-f-]{36}$/.test(normal) ? [normal] : []),
    ...(/^[0-9a-f-]{36}$/.test(normal) ? [streamOf(normal)] : []),
    ...(ours === null ? [] : [streamOf(ours.uid)]),
    streamOf(uidOf(normal)),
    ...(await index.find(normal, meant)),
    ...named,
  ];
  return [...new Set(guesses)];
}

async function* waiting(openWork: OpenWork, on: string): AsyncGenerator<readonly string[]> {
  let after: Parameters<OpenWork['pageOf']>[1] = null;
  for (;;) {
    const rows = await openWork.pageOf(on, after, pageSize);
    if (rows.length > 0) yield rows.map(({ stream }) => stream);
    after = rows.at(-1) ?? null;
    if (rows.length < pageSize) return;
  }
}

async function* indexed(index: MessageIndex, prefix: string): AsyncGenerator<readonly string[]> {
  let after: Parameters<MessageIndex['findByPrefix']>[1] = null;
  for (;;) {
    const entries = await index.findByPrefix(prefix, after, pageSize);
    if (entries.length > 0)
      yield entries.map(({ stream }) => stream).filter((name) => name.startsWith('mms-'));
    after = entries.at(-1) ?? null;
    if (entries.length < pageSize) return;
  }
}
