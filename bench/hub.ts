import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { Mail } from './smtp-client.ts';

/** Partner A sends; B and C have a route each. */
export const partners = {
  a: { host: '127.0.0.2', domain: 'mmsc.op-a.example', number: '+447700900101' },
  b: { host: '127.0.0.3', domain: 'mmsc.op-b.example', number: '+447700900201' },
  c: { host: '127.0.0.4', domain: 'mmsc.op-c.example', number: '+447700900301' },
} as const;

/** How many connections partner A may have. */
export const connections = 50;

/** An engine in a process of its own. */
export interface Hub {
  readonly pid: number;
  /** Where it listens for SMTP, on 127.0.0.1. */
  readonly port: number;
  stop(): Promise<void>;
}

export interface HubOptions {
  readonly directory: string;
  readonly dataDir: string;
  /** Of the route to B, such as `10/s`. */
  readonly rateToB: string;
  readonly portOfB: number;
  readonly portOfC: number;
}

const main = fileURLToPath(new URL('../adapters/cli/main.ts', import.meta.url));

/** Starts the engine and waits until it listens. What goes wrong in it is said on our stderr. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const configFile = join(options.directory, 'config.yaml');
  writeFileSync(configFile, configuration(options));
  const child = spawn(process.execPath, [main, 'serve', '--config', configFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  // However we end, it does not outlive us.
  process.prependOnceListener('exit', () => child.kill('SIGKILL'));
  const port = await new Promise<number>((resolve, reject) => {
    void exited.then(() => reject(new Error('the engine ended before it listened')));
    createInterface(child.stdout).on('line', (text) => {
      const { level, msg, smtp } = JSON.parse(text) as LogLine;
      if (level >= 40) process.stderr.write(`engine: ${text}\n`);
      if (msg === 'listening') resolve(Number(smtp?.split(':').at(-1)));
    });
  });
  return {
    pid: child.pid ?? 0,
    port,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly smtp?: string;
}

function configuration({ dataDir, rateToB, portOfB, portOfC }: HubOptions): string {
  const { a, b, c } = partners;
  return `node: { name: hub, domains: [mmsc.hub.example], dataDir: "${dataDir}" }
smtp: { listen: "127.0.0.1:0" }
http: { listen: "127.0.0.1:0" }
partners:
  - name: op-a
    domains: [${a.domain}]
    transit: [op-b-out, op-c-out]
    limits: { connections: ${connections} }
    vasps: [{ account: ${a.host} }]
  - name: op-b
    routes: [{ account: op-b-out, recipients: ["${b.number}"], server: "${b.host}:${portOfB}", domain: ${b.domain}, rate: ${rateToB} }]
  - name: op-c
    routes: [{ account: op-c-out, recipients: ["${c.number}"], server: "${c.host}:${portOfC}", domain: ${c.domain}, requestAck: false, maxConnections: 20 }]
`;
}

/** 16 lines of 64 octets. */
const body = 'The boats are all back in the harbour, and the lamps are lit. \r\n'.repeat(16);

/** A forward.REQ of A with 1 KB of text. */
export function forward(to: 'b' | 'c', messageId: string): Mail {
  const mailFrom = `${partners.a.number}/TYPE=PLMN@${partners.a.domain}`;
  const rcptTo = `${partners[to].number}/TYPE=PLMN@mmsc.hub.example`;
  const system = `system-user@${partners.a.domain}`;
  const content = `Message-ID: <${messageId}.mail@${partners.a.domain}>
Date: ${new Date().toUTCString().replace('GMT', '+0000')}
From: ${mailFrom}
Sender: ${system}
To: ${rcptTo}
X-Mms-3GPP-MMS-Version: 6.10.0
X-Mms-Message-Type: MM4_forward.REQ
X-Mms-Transaction-ID: "${messageId}"
X-Mms-Message-ID: "${messageId}@${partners.a.domain}"
X-Mms-Ack-Request: No
X-Mms-Originator-System: ${system}
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

`.replaceAll('\n', '\r\n');
  return { mailFrom, rcptTo, content: `${content}${body}` };
}
