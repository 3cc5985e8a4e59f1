/**
 * One engine and three partners, processes of their own, with real SMTP. A sends a picture to two recipients at B, which answers late
 * and reports retrieval and reading, and to one at C, which refuses. Prints the message's timeline; exits 1 if an event or PDU is missing.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { PartnerScript } from './partner.ts';

const main = fileURLToPath(new URL('../../adapters/cli/main.ts', import.meta.url));
const partnerFile = fileURLToPath(new URL('./partner.ts', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'mm4-demo-'));
const configFile = join(directory, 'config.yaml');
const enginePort = 25_250;
const partnerPort = 25_251;
const limit = 30_000;

const processes: ChildProcess[] = [];
const seen: Line[] = [];

interface Line {
  readonly partner?: string;
  readonly received?: string;
  readonly sent?: string;
  readonly listening?: string;
  readonly msg?: string;
}

/** Starts a process and collects the JSON lines it prints. */
function start(args: readonly string[]): void {
  const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  processes.push(child);
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('{')) seen.push(JSON.parse(line) as Line);
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + limit;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${limit / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function mm4(...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mm4 ${args.join(' ')} ended with ${status ?? 'a signal'}: ${stderr}`);
  return stdout;
}

const partner = (name: string, host: string, recipients: string): string => `
  - name: ${name}
    domains: [mmsc.${name}.example]
    transit: ${name === 'op-a' ? '[op-b-out, op-c-out]' : '[op-a-out]'}
    vasps: [{ account: ${host}, mm4AckRouting: ${name}-out }]
    routes: [{ account: ${name}-out, recipients: ["${recipients}"], server: "${host}:${partnerPort}", domain: mmsc.${name}.example }]`;

writeFileSync(
  configFile,
  `node: { name: hub, domains: [mmsc.hub.example], dataDir: "${join(directory, 'data')}" }
smtp: { listen: "127.0.0.1:${enginePort}" }
http: { listen: "127.0.0.1:${enginePort + 10}" }
subscribers: { masks: ["+4477009009*"] }
partners:${partner('op-a', '127.0.0.2', '+4477009001*')}${partner('op-b', '127.0.0.3', '+4477009002*')}${partner('op-c', '127.0.0.4', '+4477009003*')}
`,
);

const scripts: readonly Omit<PartnerScript, 'port' | 'engine'>[] = [
  { name: 'op-a', host: '127.0.0.2', domain: 'mmsc.op-a.example' },
  { name: 'op-b', host: '127.0.0.3', domain: 'mmsc.op-b.example', delay: 400, reports: true },
  {
    name: 'op-c',
    host: '127.0.0.4',
    domain: 'mmsc.op-c.example',
    status: 'Error-content-not-accepted',
    statusText: 'no pictures here',
  },
];

/** Each PDU as it must have crossed the wire: who saw it come or sent it, which, how often. */
const expectedPdus: readonly [partner: string, way: 'received' | 'sent', type: string, times: number][] = [
  ['op-b', 'received', 'MM4_forward.REQ', 2],
  ['op-c', 'received', 'MM4_forward.REQ', 1],
  ['op-a', 'received', 'MM4_forward.RES', 1],
  ['op-b', 'sent', 'MM4_forward.RES', 2],
  ['op-c', 'sent', 'MM4_forward.RES', 1],
  ['op-b', 'sent', 'MM4_delivery_report.REQ', 2],
  ['op-b', 'received', 'MM4_delivery_report.RES', 2],
  ['op-a', 'received', 'MM4_delivery_report.REQ', 3],
  ['op-a', 'sent', 'MM4_delivery_report.RES', 3],
  ['op-b', 'sent', 'MM4_read_reply_report.REQ', 2],
  ['op-b', 'received', 'MM4_read_reply_report.RES', 2],
  ['op-a', 'received', 'MM4_read_reply_report.REQ', 2],
  ['op-a', 'sent', 'MM4_read_reply_report.RES', 2],
];

const expectedEvents: readonly [type: string, times: number][] = [
  ['Received', 1],
  ['Routed', 3],
  ['ForwardStarted', 3],
  ['ForwardSent', 3],
  ['AckReceived', 3],
  ['Delivered', 2],
  ['DeliveryFailed', 1],
  ['ReadReported', 2],
  ['ReportRelayed', 5],
  ['ReportAckReceived', 5],
  ['AckSent', 5],
  ['Closed', 1],
];

function countPdus([name, way, type]: (typeof expectedPdus)[number]): number {
  return seen.filter((line) => line.partner === name && line[way] === type).length;
}

function missing(events: readonly { readonly type: string }[]): readonly string[] {
  const pdus = expectedPdus
    .filter((expected) => countPdus(expected) !== expected[3])
    .map(
      (expected) =>
        `${expected[0]} ${expected[1]} ${countPdus(expected)} ${expected[2]}, expected ${expected[3]}`,
    );
  const types = expectedEvents
    .map(([type, times]) => ({ type, times, count: events.filter((event) => event.type === type).length }))
    .filter(({ times, count }) => count !== times)
    .map(({ type, times, count }) => `${count} events ${type}, expected ${times}`);
  return [...pdus, ...types];
}

async function run(): Promise<readonly string[]> {
  start([main, 'serve', '--config', configFile]);
  for (const script of scripts) {
    start([partnerFile, JSON.stringify({ ...script, port: partnerPort, engine: `127.0.0.1:${enginePort}` })]);
  }
  await until(
    'the start of engine and partners',
    () => seen.filter(({ listening, msg }) => listening ?? msg === 'listening').length === 4,
  );
  const picture = join(directory, 'harbour.png');
  const text = join(directory, 'greeting.txt');
  writeFileSync(
    picture,
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEklEQVR4nGP4z8DAAMIM/4EAAB/uBfsL2WiLAAAAAElFTkSuQmCC',
      'base64',
    ),
  );
  writeFileSync(text, 'Greetings from the harbour\n');
  const recipients = ['+447700900201', '+447700900202', '+447700900301'].flatMap((number) => [
    '--to',
    `${number}@mmsc.hub.example`,
  ]);
  const id = 'harbour-1@mmsc.op-a.example';
  process.stdout.write(
    mm4(
      'send',
      picture,
      text,
      '--server',
      `127.0.0.1:${enginePort}`,
      '--bind',
      '127.0.0.2',
      '--from',
      '+447700900101@mmsc.op-a.example',
      ...recipients,
      '--id',
      id,
      '--subject',
      'Harbour',
      '--ack',
      '--delivery-report',
      '--read-reply',
    ),
  );
  await until('every PDU', () => expectedPdus.every((expected) => countPdus(expected) >= expected[3])).catch(
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
    },
  );
  // The last RES is recorded a moment after its sender saw the 250.
  const stored = (): readonly { readonly type: string }[] =>
    mm4('show', id, '--json', '--config', configFile)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
  await until('the close', () => stored().some(({ type }) => type === 'Closed')).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
  });
  process.stdout.write(`\n${mm4('show', id, '--config', configFile)}`);
  return missing(stored());
}

let lacking: readonly string[];
try {
  lacking = await run();
} finally {
  for (const child of processes) child.kill('SIGTERM');
  await Promise.all(processes.map(ended));
  rmSync(directory, { recursive: true, force: true });
}
for (const line of lacking) process.stderr.write(`MISSING  ${line}\n`);
if (lacking.length === 0)
  process.stdout.write('all six PDU types crossed the wire, and every expected event is there\n');
process.exitCode = lacking.length === 0 ? 0 : 1;
