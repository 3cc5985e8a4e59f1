import * as E from 'fp-ts/lib/Either.js';

import { openStoreForReading } from '../../adapters/store-sqlite/store.ts';
import { bodyOf, header } from '../e2e/pdus.ts';
import { ofType } from '../e2e/support.ts';
import { startEngineProcess, type EngineProcess, type LogLine } from '../support/engine-process.ts';
import { scriptedPeer } from '../support/scripted-peer.ts';
import type { Copy, LeftBehind } from './left-behind.ts';

/** What an engine made of a damaged directory. */
export type Made =
  { readonly kind: 'refused'; readonly said: string } | ({ readonly kind: 'served' } & Served);

export interface Served {
  /** Ids of what waited and did not come to its partner as it was taken in. */
  readonly kept: readonly string[];
  /** Warnings and errors of its log. */
  readonly complaints: readonly LogLine[];
}

const warning = 40;
/** What comes at all comes within so many ms. */
const patience = 30_000;

/**
 * Starts the engine with the partner there that its messages wait for, lets it run until `isOver`, and stops it.
 *
 * @param through a command that runs it, perhaps on a disk that fails
 */
export async function startOn(
  copy: Copy,
  { waitedFor }: LeftBehind,
  isOver: (soFar: Served) => boolean,
  through: readonly string[] = [],
): Promise<Made> {
  const partner = await scriptedPeer(waitedFor);
  try {
    const started = await startOrRefusal(copy, through);
    if (typeof started === 'string') return { kind: 'refused', said: started };
    const soFar = (): Served => ({
      kept: notArrived(copy, partner.mails),
      complaints: started.log.filter(({ level = 0 }) => level >= warning),
    });
    const deadline = Date.now() + patience;
    while (!isOver(soFar()) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    await started.stop();
    return { kind: 'served', ...soFar() };
  } finally {
    await partner.stop();
  }
}

/** What it said on stderr when it did not start. */
async function startOrRefusal(copy: Copy, through: readonly string[]): Promise<EngineProcess | string> {
  try {
    return await startEngineProcess(copy.configFile, through);
  } catch (error) {
    if (error instanceof Error) return error.message.replace('the engine did not start: ', '');
    throw error;
  }
}

export function notArrived(
  { waiting }: Pick<Copy, 'waiting'>,
  mails: readonly { readonly content: Buffer }[],
): readonly string[] {
  const arrived = new Map(
    mails.map(({ content }) => [
      /"(.*)@/.exec(header(content, 'X-Mms-Message-ID') ?? '')?.[1] ?? '',
      bodyOf(content).toString('latin1'),
    ]),
  );
  return [...waiting].filter(([id, body]) => arrived.get(id) !== body).map(([id]) => id);
}

/** Ids of what got a 250 and is not in the store. */
export async function lostFrom({ dataDir, done, waiting }: Copy): Promise<readonly string[]> {
  const store = openStoreForReading(dataDir);
  const page = await store.readFeed(null, { prefixes: ['mms-'], max: 1_000_000 })();
  await store.close();
  if (E.isLeft(page)) throw new Error(page.left.message);
  const there = new Set(
    ofType(page.right.events, 'Received').map(({ messageId }) => (messageId as { normal: string }).normal),
  );
  return [...done.keys(), ...waiting.keys()].filter((id) => !there.has(`${id}@mmsc.op-a.example`));
}
