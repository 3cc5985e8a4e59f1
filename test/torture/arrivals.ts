import { header, typeOf } from '../e2e/pdus.ts';
import type { ReceivedMail, ScriptedPeer } from '../support/scripted-peer.ts';
import { names, type Name } from './partners.ts';

/** A mail that a partner has taken in whole, whether it answered or not. */
export interface Arrival {
  readonly at: Name;
  readonly content: Buffer;
}

/** What partners got of each message, by message id. */
export interface Arrivals {
  /** Takes in what came since. */
  look(): void;
  readonly forwards: ReadonlyMap<string, readonly Arrival[]>;
  /** RES to the sender of a message. */
  readonly answers: ReadonlyMap<string, readonly Arrival[]>;
}

export function arrivalsAt(peers: Readonly<Record<Name, ScriptedPeer>>): Arrivals {
  const forwards = new Map<string, Arrival[]>();
  const answers = new Map<string, Arrival[]>();
  const read = new Map<Name, number>();

  const take = (at: Name, { content }: ReceivedMail): void => {
    const id = (header(content, 'X-Mms-Message-ID') ?? '').replaceAll('"', '');
    const type = typeOf(content);
    if (type !== 'MM4_forward.REQ' && type !== 'MM4_forward.RES')
      throw new Error(`partner ${at} got a mail that is none of ours: ${content.toString('latin1', 0, 500)}`);
    const kept = type === 'MM4_forward.REQ' ? forwards : answers;
    kept.set(id, [...(kept.get(id) ?? []), { at, content }]);
  };

  return {
    look: () => {
      for (const name of names) {
        const { mails } = peers[name];
        for (const mail of mails.slice(read.get(name) ?? 0)) take(name, mail);
        read.set(name, mails.length);
      }
    },
    forwards,
    answers,
  };
}
