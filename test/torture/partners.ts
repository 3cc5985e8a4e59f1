import { scriptedPeer, type PeerStep, type ScriptedPeer } from '../support/scripted-peer.ts';

/** The partners of a `site`: A sends from 127.0.0.1, B and C from where they listen. */
export const addresses = { a: '127.0.0.1', b: '127.0.0.3', c: '127.0.0.4' } as const;
export type Name = keyof typeof addresses;
export const names: readonly [Name, ...Name[]] = ['a', 'b', 'c'];

/** Partners' MMSCs that can be made to see a certain moment of a mail they are given. */
export interface Partners {
  readonly peers: Readonly<Record<Name, ScriptedPeer>>;
  /**
   * Does something, once, when the step is reached for the so-many-th time from now, at whichever partner. `mute`: the partner leaves
   * that step unanswered. What it gives takes the trap away again.
   */
  trap(step: PeerStep, times: number, mute: boolean, sprung: () => void): () => void;
  stop(): Promise<void>;
}

interface Trap {
  readonly step: PeerStep;
  readonly mute: boolean;
  readonly sprung: () => void;
  left: number;
}

const watched = ['body', 'dot'] as const satisfies readonly PeerStep[];

export async function startPartners(): Promise<Partners> {
  let trap: Trap | null = null;
  const visit = (step: PeerStep): { readonly say: '' } | undefined => {
    if (trap?.step !== step) return undefined;
    trap.left -= 1;
    if (trap.left > 0) return undefined;
    const { mute, sprung } = trap;
    trap = null;
    // Without an answer the kill comes first; with one, the answer is on its way when it comes.
    if (mute) sprung();
    else setImmediate(sprung);
    return mute ? { say: '' } : undefined;
  };
  const script = Object.fromEntries(watched.map((step) => [step, () => visit(step)]));
  const start = (name: Name): Promise<ScriptedPeer> => scriptedPeer({ host: addresses[name], script });
  const peers = { a: await start('a'), b: await start('b'), c: await start('c') };
  return {
    peers,
    trap: (step, times, mute, sprung) => {
      const mine: Trap = { step, mute, sprung, left: times };
      trap = mine;
      return () => {
        if (trap === mine) trap = null;
      };
    },
    stop: async () => {
      for (const peer of Object.values(peers)) await peer.stop();
    },
  };
}
