import { openStoreForReading } from '../../adapters/store-sqlite/store.ts';
import * as E from 'fp-ts/lib/Either.js';

import { bodyOf, header } from '../e2e/pdus.ts';
import { ofType } from '../e2e/support.ts';
import { startEngineProcess, type EngineProcess, type LogLine } from '../support/engine-process.ts';
import { scriptedPeer } from '../support/scripted-peer.ts';
import type { Copy, LeftBehind } from './left-behind.ts';

/** What an engine made of a damaged directory. */
export type Made =
  | { readonly kind: 'refused'; readonly said: string; readonly exitCode: number }
  | {
      readonly kind: 'served';
      /** Ids of what got a 250 and is not in the store. */
      readonly lost: readonly string[];
      /** Ids of what waited and did not come to its partner as it was taken in. */
      readonly kept: readonly string[];
      /** Warnings and errors of its log. */
      readonly complaints: readonly LogLine[];
    };

const warning = 40;
/** Waiting messages that come at all come within so many ms of the partner's being there. */
const patience = 6_000;

/** Starts the engine with the partner there that its messages wait for; `through` runs it, perhaps on a disk that fails. */
export async function startOn(
  copy: Copy,
  { waitedFor }: LeftBehind,
  through: readonly string[] = [],
): Promise<Made> {
  const partner = await scriptedPeer(waitedFor);
  let engine: EngineProcess | null = null;
  try {
    engine = await startEngineProcess(copy.configFile, through);
  } catch (error) {
    await partner.stop();
    if (!(error instanceof Error && error.cause instanceof Error)) throw error;
    return { kind: 'refused', said: error.message, exitCode: Number(error.cause.message.split(' ').at(-1)) };
  }
  const arrived = (): ReadonlyMap<string, string> =>
    new Map(
      partner.mails.map(({ content }) => [
        /"(.*)@/.exec(header(content, 'X-Mms-Message-ID') ?? '')?.[1] ?? '',
        bodyOf(content).toString('latin1'),
      ]),
    );
  const notArrived = (): readonly string[] =>
    [...copy.waiting].filter(([id, body]) => arrived().get(id) !== body).map(([id]) => id);
  const deadline = Date.now() + patience;
  while (notArrived().length > 0 && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
  await engine.stop();
  await partner.stop();
  return {
    kind: 'served',
    lost: await lostFrom(copy),
    kept: notArrived(),
    complaints: engine.log.filter(({ level = 0 }) => level >= warning),
  };
}

async function lostFrom({ dataDir, done, waiting }: Copy): Promise<readonly string[]> {
  const store = openStoreForReading(dataDir);
  const page = await store.readFeed(null, { prefixes: ['mms-'], max: 1_000_000 })();
  await store.close();
  const received = E.isLeft(page) ? [] : ofType(page.right.events, 'Received');
  const there = new Set(received.map(({ messageId }) => (messageId as { normal: string }).normal));
  return [...done.keys(), ...waiting.keys()].filter((id) => !there.has(`${id}@mmsc.op-a.example`));
}
