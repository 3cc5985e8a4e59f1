import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import * as E from 'fp-ts/lib/Either.js';

import { openStoreForReading } from '../../adapters/store-sqlite/store.ts';
import { normaliseId } from '../../domain/mm4/ids.ts';
import type { MmsEvent } from '../../domain/mms/events.ts';
import { streamOf, uidOf } from '../../domain/mms/ids.ts';
import type { StoredEvent } from '../../domain/ports.ts';
import { RawClient } from '../smtp-in/raw-client.ts';
import { startEngineProcess, type EngineProcess } from '../support/engine-process.ts';
import { scriptedPeer, type ReceivedMail, type ScriptedPeer, type Script } from '../support/scripted-peer.ts';
import { until } from '../support/until.ts';

/** Three partners that may reach one another through the engine. Each connects from, and listens on, an address of its own. */
export const partners = {
  a: { host: '127.0.0.2', domain: 'mmsc.op-a.example', numbers: '+4477009001*' },
  b: { host: '127.0.0.3', domain: 'mmsc.op-b.example', numbers: '+4477009002*' },
  c: { host: '127.0.0.4', domain: 'mmsc.op-c.example', numbers: '+4477009003*' },
} as const;

export type PartnerName = keyof typeof partners;
const names = Object.keys(partners) as PartnerName[];

export interface Interconnect {
  readonly configFile: string;
  readonly dataDir: string;
  /** The engine that runs now: after a `restart` another one. */
  readonly engine: EngineProcess;
  /** Partners' MMSCs; after `comeBack` another one. */
  readonly peers: Readonly<Record<PartnerName, ScriptedPeer>>;
  restart(): Promise<void>;
  /** A partner's MMSC stops listening, and later listens again at the same address. */
  goAway(name: PartnerName): Promise<void>;
  comeBack(name: PartnerName): Promise<void>;
  /** An SMTP connection from a partner's address, greeted. */
  connect(from: PartnerName): Promise<RawClient>;
  /** Mails a PDU as a partner; the reply to it, or to what was refused before. */
  send(from: PartnerName, pdu: Sendable): Promise<string>;
  events(messageId: string): Promise<readonly MmsEvent[]>;
  stream(name: string): Promise<readonly StoredEvent[]>;
  /** Every event of streams whose names begin so. */
  all(prefix: string): Promise<readonly StoredEvent[]>;
  /** Waits until the message's stream has such an event, and gives the stream. */
  eventually(messageId: string, type: MmsEvent['type'], times?: number): Promise<readonly MmsEvent[]>;
  /** Waits for a mail that a partner got. */
  mailTo(name: PartnerName, matches: (mail: ReceivedMail) => boolean): Promise<ReceivedMail>;
}

export interface Sendable {
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  /** Head and body, as they are on the wire before dot-stuffing. */
  readonly content: string | Buffer;
}

export interface Wishes {
  readonly scripts?: Partial<Record<PartnerName, Script>>;
  /** Further keys of every route. */
  readonly route?: string;
  /** Keys of a partner's dialect. */
  readonly dialects?: Partial<Record<PartnerName, string>>;
  readonly httpPort?: number;
  /** A command that runs the engine: `strace -D` and its like. */
  readonly through?: readonly string[];
}

/** Starts it all in a directory of its own; everything ends with the test. */
export async function interconnect(test: TestContext, wishes: Wishes = {}): Promise<Interconnect> {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-e2e-'));
  const configFile = join(directory, 'config.yaml');
  const dataDir = join(directory, 'data');
  const play = async (name: PartnerName, port = 0): Promise<ScriptedPeer> =>
    scriptedPeer({ host: partners[name].host, port, script: wishes.scripts?.[name] ?? {} });
  const peers = { a: await play('a'), b: await play('b'), c: await play('c') };
  const away = new Set<PartnerName>();
  writeFileSync(configFile, configuration(dataDir, peers, wishes));
  // Registered before anything can fail to start, so that nothing is left behind.
  const ends: (() => Promise<void>)[] = [];
  test.after(async () => {
    for (const end of ends) await end();
    for (const name of names.filter((each) => !away.has(each))) await peers[name].stop();
    rmSync(directory, { recursive: true, force: true });
  });
  let engine = await startEngineProcess(configFile, wishes.through);
  ends.push(() => engine.kill());
  const store = openStoreForReading(dataDir);
  ends.push(() => store.close());

  const stream = async (name: string): Promise<readonly StoredEvent[]> =>
    right(await store.readStream(name)());
  const events = async (messageId: string): Promise<readonly MmsEvent[]> =>
    (await stream(streamOf(uidOf(normaliseId(messageId))))).map(eventOf);
  const connect = (from: PartnerName): Promise<RawClient> => greeted(engine.port, from);

  return {
    configFile,
    dataDir,
    get engine() {
      return engine;
    },
    peers,
    restart: async () => {
      engine = await startEngineProcess(configFile, wishes.through);
    },
    goAway: async (name) => {
      away.add(name);
      await peers[name].stop();
    },
    comeBack: async (name) => {
      peers[name] = await play(name, peers[name].port);
      away.delete(name);
    },
    connect,
    send: async (from, pdu) => {
      const client = await connect(from);
      try {
        return await mail(client, pdu);
      } finally {
        client.end();
      }
    },
    stream,
    events,
    all: async (prefix) => right(await store.readFeed(null, { prefixes: [prefix], max: 1_000_000 })()).events,
    eventually: (messageId, type, times = 1) =>
      until(`${times} ${type} of ${messageId}`, async () => {
        const found = await events(messageId);
        return found.filter((event) => event.type === type).length >= times && found;
      }),
    mailTo: (name, matches) => until(`a mail to ${name}`, () => peers[name].mails.find(matches)),
  };
}

/** A connection to any engine, from a partner's address. */
export async function greeted(port: number, from: PartnerName): Promise<RawClient> {
  const client = await RawClient.connect(port, '127.0.0.1', partners[from].host);
  await client.reply();
  await client.say(`EHLO ${partners[from].domain}`);
  return client;
}

/** One mail on a greeted connection; the reply to the final dot, or to the command that was refused. */
export async function mail(client: RawClient, { mailFrom, rcptTo, content }: Sendable): Promise<string> {
  const commands = [`MAIL FROM:<${mailFrom}>`, ...rcptTo.map((address) => `RCPT TO:<${address}>`), 'DATA'];
  for (const command of commands) {
    const reply = await client.say(command);
    if (!/^[23]/.test(reply)) return reply;
  }
  client.send(onTheWire(content));
  return client.reply();
}

/** Dot-stuffed and with the final dot. */
export function onTheWire(content: string | Buffer): Buffer {
  const text = typeof content === 'string' ? content : content.toString('latin1');
  const stuffed = text.replace(/(^|\r\n)\./g, '$1..');
  return Buffer.from(`${stuffed}${stuffed.endsWith('\r\n') ? '' : '\r\n'}.\r\n`, 'latin1');
}

export function eventOf({ type, data }: StoredEvent): MmsEvent {
  return { type, ...(JSON.parse(data) as object) } as MmsEvent;
}

function right<A>(read: E.Either<{ readonly message: string }, A>): A {
  if (E.isLeft(read)) throw new Error(read.left.message);
  return read.right;
}

function configuration(
  dataDir: string,
  peers: Readonly<Record<PartnerName, ScriptedPeer>>,
  { route = '', httpPort = 0, dialects = {} }: Wishes,
): string {
  const listed = names.map((name) => {
    const { host, domain, numbers } = partners[name];
    const others = names.filter((other) => other !== name).map((other) => `op-${other}-out`);
    return `
  - name: op-${name}
    domains: [${domain}]
    transit: [${others.join(', ')}]
    dialect: { ${dialects[name] ?? ''} }
    vasps: [{ account: ${host}, mm4AckRouting: op-${name}-out }]
    routes: [{ account: op-${name}-out, recipients: ["${numbers}"], server: "${host}:${peers[name].port}", domain: ${domain}, retry: "300ms*"${route} }]`;
  });
  return `node: { name: hub, domains: [mmsc.hub.example], dataDir: "${dataDir}" }
smtp: { listen: "127.0.0.1:0" }
http: { listen: "127.0.0.1:${httpPort}" }
subscribers: { masks: ["+4477009009*"] }
partners:${listed.join('')}
`;
}
