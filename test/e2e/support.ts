import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import * as E from 'fp-ts/lib/Either.js';

import { openStoreForReading } from '../../adapters/store-sqlite/store.ts';
import type { StoredEvent } from '../../domain/ports.ts';

const main = fileURLToPath(new URL('../../adapters/cli/main.ts', import.meta.url));

/** A directory with a configuration in it, gone after the test. */
export interface Site extends AsyncDisposable {
  readonly directory: string;
  readonly configFile: string;
  /** Starts the real process on it; answers when it listens. */
  start(wrapper?: readonly string[]): Promise<RunningEngine>;
  /** Every event in the store, in order. */
  events(): Promise<readonly StoredEvent[]>;
}

export interface RunningEngine {
  readonly smtpPort: number;
  readonly httpPort: number;
  readonly process: ChildProcess;
  readonly log: readonly string[];
  kill9(): Promise<void>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
}

export interface Peer {
  readonly host: string;
  readonly port: number;
}

/** Partner A is 127.0.0.1 and sends; B and C are where their peers listen, and known by those addresses. */
export function site(
  peers: { readonly a?: Peer; readonly b: Peer; readonly c?: Peer },
  route = '',
  dialect = '',
): Site {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-e2e-'));
  const configFile = join(directory, 'config.yaml');
  const nowhere: Peer = { host: '127.0.0.9', port: 9 };
  const partner = (name: string, vasp: string, peer: Peer, mask: string, transit: string): string => `
  - name: ${name}
    domains: [mmsc.${name}.example]
    transit: [${transit}]
    limits: { connections: 100 }
    dialect: { ${dialect} }
    vasps: [{ account: ${vasp}, mm4AckRouting: ${name}-out }]
    routes:
      - { account: ${name}-out, recipients: ["${mask}"], server: "${peer.host}:${peer.port}", domain: mmsc.${name}.example, retry: "300ms*", ${route} }`;
  writeFileSync(
    configFile,
    `node: { name: test, domains: [mmsc.hub.example], dataDir: "${join(directory, 'data')}" }
smtp: { listen: "127.0.0.1:0" }
http: { listen: "127.0.0.1:0" }
subscribers: { masks: ["+4477009009*"] }
partners:${partner('op-a', '127.0.0.1', peers.a ?? nowhere, '+4477009001*', 'op-b-out, op-c-out')}${partner('op-b', '127.0.0.3', peers.b, '+4477009002*', 'op-a-out')}${partner('op-c', '127.0.0.4', peers.c ?? nowhere, '+4477009003*', 'op-a-out')}
`,
  );
  const running: RunningEngine[] = [];
  return {
    directory,
    configFile,
    start: async (wrapper = []) => {
      const engine = await startEngine(configFile, wrapper);
      running.push(engine);
      return engine;
    },
    events: async () => {
      const store = openStoreForReading(join(directory, 'data'));
      const page = await store.readFeed(null, { prefixes: [''], max: 1_000_000 })();
      await store.close();
      if (E.isLeft(page)) throw new Error(page.left.message);
      return page.right.events;
    },
    [Symbol.asyncDispose]: async () => {
      for (const engine of running) await engine.kill9();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function startEngine(configFile: string, wrapper: readonly string[]): Promise<RunningEngine> {
  const command = [...wrapper, process.execPath, main, 'serve', '--config', configFile];
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const log: string[] = [];
  const ended = once(child, 'exit');
  let rest = '';
  const listening = new Promise<{ smtp: string; http: string }>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => log.push(chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        log.push(line);
        if (line.includes('"msg":"listening"')) resolve(JSON.parse(line) as { smtp: string; http: string });
      }
    });
    void ended.then(() => reject(new Error(`the engine ended: ${log.join('\n')}`)));
  });
  const { smtp, http } = await listening;
  const gone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    smtpPort: Number(smtp.split(':').at(-1)),
    httpPort: Number(http.split(':').at(-1)),
    process: child,
    log,
    kill9: async () => {
      if (!gone()) child.kill('SIGKILL');
      if (!gone()) await ended;
    },
    stop: async () => {
      child.kill('SIGTERM');
      if (!gone()) await ended;
      return child.exitCode;
    },
  };
}

export const sender = '+447700900101/TYPE=PLMN@mmsc.op-a.example';
export const recipient = '+447700900201/TYPE=PLMN@mmsc.hub.example';

/** A forward.REQ from A, as it goes over the line (its lines that begin with a dot are not doubled here). */
export function forward(
  id: string,
  options: { body?: string; headers?: readonly string[]; to?: string } = {},
): string {
  return [
    'Date: Mon, 23 Nov 2026 12:00:00 +0000',
    `From: ${sender}`,
    `To: ${options.to ?? recipient}`,
    `Message-ID: <${id}.mail@mmsc.op-a.example>`,
    'X-Mms-3GPP-MMS-Version: 6.10.0',
    'X-Mms-Message-Type: MM4_forward.REQ',
    `X-Mms-Transaction-ID: "t-${id}"`,
    `X-Mms-Message-ID: "${id}@mmsc.op-a.example"`,
    ...(options.headers ?? []),
    'Content-Type: text/plain',
    '',
    options.body ?? `Hello ${id}\r\n`,
  ].join('\r\n');
}

/** Sends one mail on a connection of its own; the reply to its end, or to what was refused before. Null: the line dropped. */
export async function mail(
  port: number,
  content: string | Buffer,
  options: { from?: string; to?: readonly string[]; bind?: string } = {},
): Promise<string | null> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    ...(options.bind === undefined ? {} : { localAddress: options.bind }),
  });
  let received = '';
  let wake = (): void => undefined;
  let over = false;
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    wake();
  });
  const end = (): void => {
    over = true;
    wake();
  };
  socket.on('error', end);
  socket.on('close', end);
  const reply = async (): Promise<string | null> => {
    for (;;) {
      const found = /^((?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*)\r\n/.exec(received);
      if (found !== null) {
        received = received.slice(found[0].length);
        return found[1] ?? '';
      }
      if (over) return null;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const say = (line: string): Promise<string | null> => {
    socket.write(`${line}\r\n`);
    return reply();
  };
  try {
    const greeting = await reply();
    if (greeting?.startsWith('220') !== true) return greeting;
    await say('EHLO test.example');
    for (const command of [
      `MAIL FROM:<${options.from ?? sender}>`,
      ...(options.to ?? [recipient]).map((to) => `RCPT TO:<${to}>`),
      'DATA',
    ]) {
      const answer = await say(command);
      if (answer === null || !/^[23]/.test(answer)) return answer;
    }
    const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
    socket.write(stuffed(bytes));
    return await reply();
  } finally {
    socket.destroy();
  }
}

/** Dots doubled at line starts, and the final dot. */
function stuffed(bytes: Buffer): Buffer {
  const text = bytes
    .toString('latin1')
    .replace(/^\./, '..')
    .replace(/\r\n\./g, '\r\n..');
  return Buffer.from(`${text}${text.endsWith('\r\n') || text === '' ? '' : '\r\n'}.\r\n`, 'latin1');
}

/** Waits, with a limit, for something that others do. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limit = 30_000,
): Promise<void> {
  const deadline = Date.now() + limit;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limit} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function ofType(events: readonly StoredEvent[], type: string): readonly Record<string, unknown>[] {
  return events
    .filter((event) => event.type === type)
    .map(({ data }) => JSON.parse(data) as Record<string, unknown>);
}
