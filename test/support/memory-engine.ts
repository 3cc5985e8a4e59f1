import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';

import { memoryStore as memoryContent } from '../../adapters/content-memory/store.ts';
import { httpMailbox } from '../../adapters/mailbox/gateway.ts';
import { memoryStore } from '../../adapters/store-memory/store.ts';
import type { Configuration } from '../../domain/configuration.ts';
import {
  ContentError,
  type ContentStore,
  type EventStore,
  type HandsetGateway,
  type MailSession,
  type MailTransport,
  type OutgoingMail,
  type SendOutcome,
  type SessionFailure,
} from '../../domain/ports.ts';
import type { Log, OpenWork } from '../../engine/context.ts';
import { startEngine, type Engine } from '../../engine/engine.ts';
import type { ContextBase } from '../../engine/live-context.ts';
import { silentMeters, type Meters } from '../../engine/meters.ts';
import { load } from '../config/support.ts';
import { memoryProjections, type MemoryProjections } from './memory-projections.ts';
import { virtualTime, type VirtualTime } from './virtual-time.ts';

/** The production engine in virtual time: its stores in memory, its partners functions. */
export interface MemoryEngine {
  readonly engine: Engine;
  readonly time: VirtualTime;
  readonly store: EventStore;
  readonly content: ContentStore;
  readonly openWork: OpenWork;
  /** What the partners behind the routes got, by route. */
  readonly sent: ReadonlyMap<string, readonly OutgoingMail[]>;
  /** Mails one PDU as the partner at this address; the reply's code. */
  receive(address: string, mail: IncomingPdu): Promise<number>;
}

export interface IncomingPdu {
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  readonly content: string | Uint8Array;
}

export interface Partners {
  /** Why no session to this route can be had now; null: it can. */
  readonly down?: (route: string) => SessionFailure | null;
  /** What becomes of a mail; taken, where nothing is said. */
  readonly answer?: (
    route: string,
    mail: OutgoingMail,
    body: Uint8Array,
  ) => SendOutcome | Promise<SendOutcome>;
}

export interface MemoryWishes extends Partners {
  readonly configuration: string | Configuration;
  readonly store?: EventStore;
  readonly projections?: MemoryProjections;
  /** That of an earlier engine, for a restart. */
  readonly content?: ContentStore;
  readonly gateway?: HandsetGateway;
  readonly log?: Log;
  readonly meters?: Meters;
  readonly time?: VirtualTime;
  /** Another number for each engine on the same stores, which then is another incarnation with a chance of its own. */
  readonly run?: number;
}

const start = Date.UTC(2026, 10, 24, 12);
const taken: SendOutcome = { kind: 'sent', reply: { code: 250, text: 'taken' }, refused: [] };
const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The ports of an engine in memory; several engines, one after the other, may stand on the same stores. */
export function memoryContext(wishes: MemoryWishes): {
  readonly context: ContextBase;
  readonly time: VirtualTime;
  readonly sent: ReadonlyMap<string, readonly OutgoingMail[]>;
} {
  const { time = virtualTime(start), run = 1 } = wishes;
  const configuration =
    typeof wishes.configuration === 'string'
      ? load(wishes.configuration).configuration
      : wishes.configuration;
  const forgotten: string[] = [];
  const store = rememberingForgotten(wishes.store ?? memoryStore(), forgotten);
  const projections = (wishes.projections ?? memoryProjections(store, forgotten)).answers;
  const sent = new Map<string, OutgoingMail[]>();
  const context: ContextBase = {
    clock: time.clock,
    timers: time.timers,
    randomness: countedRandomness(run),
    store,
    content: wishes.content ?? memoryContent(time.clock),
    disk: { free: () => Promise.resolve(Infinity) },
    transport: scriptedTransport(wishes, sent),
    gateway: wishes.gateway ?? httpMailbox,
    openWork: projections,
    index: projections,
    ends: projections,
    configuration,
    passwords: (given, right) => given === right,
    alone: true,
    incarnation: `memory-${run}`,
    log: wishes.log ?? silent,
    meters: wishes.meters ?? silentMeters,
  };
  return { context, time, sent };
}

export async function memoryEngine(wishes: MemoryWishes): Promise<MemoryEngine> {
  const { context, time, sent } = memoryContext(wishes);
  const engine = await startEngine(context);
  const { store, content, openWork } = context;
  return { engine, time, store, content, openWork, sent, receive: receiving(engine) };
}

/** Mails one PDU to an engine, from the greeting to the final dot. */
export function receiving(engine: Engine): MemoryEngine['receive'] {
  return async (address, { mailFrom, rcptTo, content }) => {
    const welcome = engine.reception.welcome(address);
    if ('refused' in welcome) return welcome.refused.code;
    const envelope = { mailFrom, rcptTo, size: undefined, ehlo: 'partner', tls: undefined };
    const intake = engine.reception.data(welcome.visitor, envelope);
    await intake.write(typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
    const reply = await intake.finish();
    engine.reception.goodbye(welcome.visitor);
    return reply.code;
  };
}

/** Notes the streams that are removed. */
function rememberingForgotten(store: EventStore, forgotten: string[]): EventStore {
  return {
    ...store,
    forget: (stream, revision) => async () => {
      const removed = await store.forget(stream, revision)();
      if (E.isRight(removed)) forgotten.push(stream);
      return removed;
    },
  };
}

/** Chance that is the same in every run. */
function countedRandomness(run: number): ContextBase['randomness'] {
  let count = (run - 1) * 1_000_000;
  const next = (): number => (count += 1);
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return {
    nonce: (characters) => {
      const digits = next().toString(32).padStart(characters, '0').slice(-characters);
      return digits.replace(/./g, (digit) => alphabet.charAt(parseInt(digit, 32)));
    },
    uuid: () => `00000000-0000-4000-8000-${next().toString(16).padStart(12, '0')}`,
    share: () => 0.5,
  };
}

function scriptedTransport({ down, answer }: Partners, sent: Map<string, OutgoingMail[]>): MailTransport {
  const session = (route: string): MailSession => ({
    facts: { address: '192.0.2.1', port: 25, authenticated: false, eightBitMime: true },
    usable: true,
    send: async (mail) => {
      const body = await bytesOf(mail.body);
      if (body instanceof ContentError)
        return { kind: 'not-sent', at: 'body', why: body.message, content: body.failure };
      const there = sent.get(route) ?? [];
      there.push(mail);
      sent.set(route, there);
      return answer?.(route, mail, body) ?? taken;
    },
    takeDialogue: () => new Uint8Array(0),
    quit: () => undefined,
  });
  return {
    open: (route) => {
      const failure = down?.(route.account) ?? null;
      return failure === null ? TE.right(session(route.account)) : TE.left(failure);
    },
  };
}

/** A body as a transport sends it; or why it could not be read whole. */
export async function bytesOf(body: OutgoingMail['body']): Promise<Uint8Array | ContentError> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body ?? []) chunks.push(chunk);
  } catch (error) {
    if (error instanceof ContentError) return error;
    throw error;
  }
  return Buffer.concat(chunks);
}
