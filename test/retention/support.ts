import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import * as TE from 'fp-ts/lib/TaskEither.js';

import { openSegmentStore } from '../../adapters/content-segments/store.ts';
import { httpMailbox } from '../../adapters/mailbox/gateway.ts';
import { systemRandomness } from '../../adapters/runtime/runtime.ts';
import { openProjections, type Projections } from '../../adapters/store-sqlite/projections/projections.ts';
import { openStore, type SqliteStore } from '../../adapters/store-sqlite/store.ts';
import type { MailSession, MailTransport, OutgoingMail } from '../../domain/ports.ts';
import type { Log } from '../../engine/context.ts';
import { startEngine, type Engine } from '../../engine/engine.ts';
import { silentMeters } from '../../engine/meters.ts';
import { load } from '../config/support.ts';
import { clockAt } from '../content/support.ts';
import type { Sendable } from '../e2e/interconnect.ts';
import { manualTimers, type ManualTimers } from '../support/manual-timers.ts';

/** Addresses that the partners connect from. */
export const addressOf = { a: '127.0.0.2', b: '127.0.0.3' } as const;

/** Three partners; nobody answers at `op-c`. */
const configuration = `
node: { name: hub, domains: [mmsc.hub.example] }
limits: { diskFloor: 1GiB }
content: { bodies: 15d, heads: 400d }
retention: { messages: 400d, orphans: 90d }
subscribers: { masks: ["+4477009009*"] }
partners:
  - name: op-a
    domains: [mmsc.op-a.example]
    transit: [op-b-out, op-c-out]
    vasps: [{ account: 127.0.0.2, mm4AckRouting: op-a-out }]
    routes: [{ account: op-a-out, recipients: ["+4477009001*"], server: "127.0.0.2:1", domain: mmsc.op-a.example }]
  - name: op-b
    domains: [mmsc.op-b.example]
    vasps: [{ account: 127.0.0.3, mm4AckRouting: op-b-out }]
    routes: [{ account: op-b-out, recipients: ["+4477009002*"], server: "127.0.0.3:1", domain: mmsc.op-b.example, requestAck: true }]
  - name: op-c
    domains: [mmsc.op-c.example]
    vasps: [{ account: 127.0.0.4, mm4AckRouting: op-c-out }]
    routes: [{ account: op-c-out, recipients: ["+4477009003*"], server: "127.0.0.4:1", domain: mmsc.op-c.example }]
`;

/** The engine on a real data directory, in a time that the test sets. */
export interface AgingEngine {
  readonly directory: string;
  readonly engine: Engine;
  readonly clock: { set(now: number): void };
  readonly timers: ManualTimers;
  readonly store: SqliteStore;
  readonly projections: Projections;
  /** Free octets, as the engine finds them from now on. */
  setFree(octets: number): void;
  /** Log lines by level: `error disk almost full`. */
  readonly log: readonly string[];
  /** Mails that left, the latest last. */
  readonly sent: readonly OutgoingMail[];
  /** Resolves when so many mails have left in all. */
  sentMails(count: number): Promise<void>;
  /** Mails a PDU from a partner's address; the reply's code. */
  receive(address: string, pdu: Sendable): Promise<number>;
}

export async function agingEngine(test: TestContext, start: number): Promise<AgingEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-retention-'));
  const clock = clockAt(start);
  const timers = manualTimers();
  const store = await openStore(directory);
  const content = openSegmentStore(directory, clock);
  const projections = openProjections(directory);
  const lines: string[] = [];
  const post = postOffice();
  let free = Infinity;
  const engine = await startEngine({
    clock,
    timers,
    randomness: systemRandomness,
    store,
    content,
    disk: { free: () => Promise.resolve(free) },
    transport: post.transport,
    gateway: httpMailbox,
    openWork: projections,
    index: projections,
    ends: projections,
    configuration: load(configuration).configuration,
    passwords: (given, right) => given === right,
    alone: true,
    incarnation: 'hub-1',
    log: logInto(lines),
    meters: silentMeters,
  });
  test.after(async () => {
    await engine.stop();
    await projections.close();
    await content.close();
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    directory,
    engine,
    clock,
    timers,
    store,
    projections,
    setFree: (octets) => void (free = octets),
    log: lines,
    sent: post.sent,
    sentMails: post.sentMails,
    receive: async (address, { mailFrom, rcptTo, content: octets }) => {
      const welcome = engine.reception.welcome(address);
      if ('refused' in welcome) return welcome.refused.code;
      const { visitor } = welcome;
      const envelope = { mailFrom, rcptTo, size: undefined, ehlo: 'partner', tls: undefined };
      const intake = engine.reception.data(visitor, envelope);
      await intake.write(Buffer.from(octets));
      const { code } = await intake.finish();
      engine.reception.goodbye(visitor);
      return code;
    },
  };
}

function logInto(lines: string[]): Log {
  const at = (level: string) => (_fields: object, message: string) => void lines.push(`${level} ${message}`);
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** Everybody takes everything, but for `op-c`, where nobody is. */
function postOffice(): {
  readonly transport: MailTransport;
  readonly sent: readonly OutgoingMail[];
  sentMails(count: number): Promise<void>;
} {
  const sent: OutgoingMail[] = [];
  const waiting: { readonly count: number; resolve(): void }[] = [];
  const session: MailSession = {
    facts: { address: '127.0.0.3', port: 25, authenticated: false, eightBitMime: true },
    usable: true,
    send: async (mail) => {
      for await (const _chunk of mail.body ?? []) continue;
      sent.push(mail);
      for (const { count, resolve } of waiting) if (sent.length >= count) resolve();
      return { kind: 'sent', reply: { code: 250, text: 'taken' }, refused: [] };
    },
    takeDialogue: () => Buffer.from('DATA\r\n'),
    quit: () => undefined,
  };
  return {
    sent,
    sentMails: (count) =>
      new Promise((resolve) => {
        if (sent.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    transport: {
      open: (route) =>
        route.account === 'op-c-out' ? TE.left({ at: 'connect', why: 'nobody is there' }) : TE.right(session),
    },
  };
}
