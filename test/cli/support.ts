import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../adapters/cli/main.ts', import.meta.url));

/** A directory that goes when the tests of the file are over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mm4-cli-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A configuration whose engine is asked at this port of 127.0.0.1. */
export function configurationFile(
  port: number,
  token = '',
): { readonly file: string; readonly data: string } {
  const directory = temporaryDirectory();
  const file = join(directory, 'mm4.yaml');
  const data = join(directory, 'data');
  writeFileSync(
    file,
    `node: { name: n1, domains: [mmsc.own.example], dataDir: ${data} }
http:
  listen: 127.0.0.1:${port}
  token: '${token === '' ? '' : '${MM4_HTTP_TOKEN}'}'
subscribers: { masks: ['+4477009004*'] }
partners:
  - name: op-a
    transit: [op-b-out]
    vasps:
      - { account: 127.0.0.1, mm4AckRouting: op-a-out }
      - { account: op-a-bulk, ipRestrictions: [127.0.0.7], mm4AckRouting: op-a-out, routing: op-b-out }
    routes:
      - account: op-a-out
        recipients: ['+4477009001*']
        server: 127.0.0.1:2526
        domain: mmsc.op-a.example
  - name: op-b
    dialect: { strict: true }
    vasps: [{ account: 127.0.0.2, mm4AckRouting: op-b-out }]
    routes:
      - account: op-b-out
        recipients: ['+4477009002*']
        server: 127.0.0.2:2626
        domain: mmsc.op-b.example
        rate: 5/s
`,
  );
  return { file, data };
}

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of `mm4` in a process of its own, while this one goes on serving what it asks. */
export interface Running {
  /** The first line on stdout or stderr that has this in it, also one that was there before. */
  line(has: string): Promise<string>;
  interrupt(): void;
  readonly ended: Promise<Ended>;
}

export function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, MM4_LOG_NUMBERS: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      for (const look of waiting) look();
    });
  }
  const ended = once(child, 'close').then(() => ({ status: child.exitCode, ...said }));
  return {
    line: (has) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = `${said.stdout}\n${said.stderr}`.split('\n').find((line) => line.includes(has));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then(({ stderr }) => reject(new Error(`it ended before it said ${has}: ${stderr}`)));
      }),
    interrupt: () => child.kill('SIGINT'),
    ended,
  };
}

/** Runs a command of `mm4` to its end, without a terminal. */
export function mm4(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return start(args, environment).ended;
}
