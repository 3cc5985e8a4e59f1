import assert from 'node:assert/strict';

import * as E from 'fp-ts/lib/Either.js';

import { uidOf } from '../../domain/mms/ids.ts';
import type { OutgoingMail, SendOutcome } from '../../domain/ports.ts';
import { durableEngine, type DurableEngine } from '../support/durable-engine.ts';
import { load } from '../config/support.ts';
import { addressOf, ownNumber, type PartnerName } from './configuration.ts';
import type { IncomingPdu } from '../support/memory-engine.ts';
import { onWire, type OnWire } from './wire.ts';

/** An engine on the data directory of a fixture, and everybody around it. */
export interface Stage extends DurableEngine {
  /** What it has put on the wire and was taken, in order. */
  readonly wire: readonly OnWire[];
  /** A partner mails a PDU. */
  mail(partner: PartnerName, pdu: IncomingPdu): Promise<void>;
  /** An own subscriber fetches the message of this id. */
  fetch(messageId: string): Promise<void>;
}

export interface StageWishes {
  readonly directory: string;
  readonly configuration: string;
  readonly startsAt: number;
  readonly run: number;
  readonly isDown?: (route: string) => boolean;
  /** What becomes of a PDU; taken, where nothing is said. */
  readonly outcome?: (pdu: OnWire) => SendOutcome | Promise<SendOutcome> | undefined;
  /** The partner took one. */
  readonly onTaken?: (pdu: OnWire) => void;
}

export const ann = { by: 'ann', why: 'she knows' } as const;
const taken: SendOutcome = { kind: 'sent', reply: { code: 250, text: 'taken' }, refused: [] };
const down = { at: 'connect', why: 'ECONNREFUSED' } as const;

export async function stage(wishes: StageWishes): Promise<Stage> {
  const { directory, configuration, startsAt, run } = wishes;
  const wire: OnWire[] = [];
  const answer = async (route: string, mail: OutgoingMail, body: Uint8Array): Promise<SendOutcome> => {
    const pdu = onWire(route, mail, body);
    const outcome = (await wishes.outcome?.(pdu)) ?? taken;
    if (outcome.kind === 'sent') {
      wire.push(pdu);
      wishes.onTaken?.(pdu);
    }
    return outcome;
  };
  const running = await durableEngine({
    directory,
    configuration: load(configuration).configuration,
    startsAt,
    run,
    down: (route) => (wishes.isDown?.(route) === true ? down : null),
    answer,
  });
  return {
    ...running,
    wire,
    mail: async (partner, pdu) => {
      assert.equal(await running.receive(addressOf(partner), pdu), 250, `${partner}: ${String(pdu.content)}`);
    },
    fetch: async (messageId) => {
      const handset = { number: ownNumber, gateway: 'mailbox', address: '127.0.0.1' };
      const fetched = await running.engine.handsets.retrieve(handset, uidOf(messageId));
      assert.ok(E.isRight(fetched), messageId);
    },
  };
}
