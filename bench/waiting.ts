/**
 * What messages that wait for a partner that is down cost: the engine's memory, its processor time while nothing comes in, and how
 * fast it relays to a partner that is up, first with nothing waiting and then with many.
 *
 *   npm run bench:waiting -- [--messages 1000000] [--rate 10/s]
 *
 * The rate is that of the route to the partner that is down.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { connections, forward, partners, startHub } from './hub.ts';
import { cpuOf, rssOf, usageOf, type Usage } from './process-usage.ts';
import { startSink } from './sink.ts';
import { mailAll, type Mail } from './smtp-client.ts';
import { appendedSince, positionOf, waitingFor } from './what-waits.ts';

const startSeconds = 5;
const relaySeconds = 10;
const idleSeconds = 20;
/** The most that waiting messages may add to the engine's memory, octets. */
const goal = 50_000_000;

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '1000000' }, rate: { type: 'string', default: '10/s' } },
});
const messages = Number(values.messages);
if (!(Number.isSafeInteger(messages) && messages > 0)) {
  throw new Error(`--messages ${values.messages} is not a number of messages; write such as 1000000`);
}

interface Relayed {
  /** Messages a second from A to C. */
  readonly rate: number;
  /** The engine's processor time for each of them, ms: unlike the rate it hardly depends on who else is busy. */
  readonly effort: number;
}

type Measured = Relayed & Usage;

const directory = mkdtempSync(join(tmpdir(), 'mm4-bench-'));
const dataDir = join(directory, 'data');
process.once('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const sink = await startSink(partners.c.host);
/** It only finds a port for B to be away from. */
const away = await startSink(partners.b.host);
away.stop();
const options = { directory, dataDir, rateToB: values.rate, portOfB: away.port, portOfC: sink.port };
let hub = await startHub(options);
try {
  await bench();
} finally {
  await hub.stop();
  sink.stop();
}

async function bench(): Promise<void> {
  const started = await usageOf(hub.pid, startSeconds);
  say('warming up');
  // A process takes memory for its work and keeps it: before the first measurement it has to have worked as hard as ever after.
  await relay('warm');
  await relay('warmer');
  const nothing = await measure('nothing');

  const before = positionOf(dataDir);
  await fill();
  const filled = positionOf(dataDir);
  const many = await measure('many');
  const appended = appendedSince(before, filled, dataDir);

  await hub.stop();
  hub = await startHub(options);
  const restarted = await usageOf(hub.pid, startSeconds);

  row('', 'nothing waits', `${messages} wait`, 'ratio');
  compare('memory after a start, MB', mb(started.rss), mb(restarted.rss));
  compare('memory after work, MB', mb(nothing.rss), mb(many.rss));
  compare('processor while idle, ms/s', nothing.cpu, many.cpu);
  compare('relayed from A to C, messages/s', nothing.rate, many.rate);
  compare('processor for each of these, ms', nothing.effort, many.effort);
  say(`events appended to messages while they waited: ${appended}`);
  say(`memory that they take, MB: ${mb(many.rss - nothing.rss).toFixed(1)} (goal: ${mb(goal)} at most)`);
}

async function measure(name: string): Promise<Measured> {
  say(`${name} waiting: mail for C, then ${idleSeconds} s idle`);
  const relayed = await relay(name);
  return { ...relayed, ...(await usageOf(hub.pid, idleSeconds)) };
}

/** Mails to C for a while, and waits until C has it all. */
async function relay(name: string): Promise<Relayed> {
  const [cpu, started, before] = [cpuOf(hub.pid), performance.now(), sink.mails];
  let mailed = 0;
  await mailAsA(() => {
    if (performance.now() - started > relaySeconds * 1_000) return null;
    mailed += 1;
    return forward('c', `${name}-${mailed}`);
  });
  await sink.taken(before + mailed);
  const milliseconds = performance.now() - started;
  return { rate: (mailed / milliseconds) * 1_000, effort: (cpuOf(hub.pid) - cpu) / mailed };
}

/** Mails all that is to wait for B, and waits until the engine knows that it waits. */
async function fill(): Promise<void> {
  const started = performance.now();
  let mailed = 0;
  const progress = setInterval(() => {
    const rate = (mailed / (performance.now() - started)) * 1_000;
    say(`${mailed} mailed, ${rate.toFixed(0)}/s; memory ${mb(rssOf(hub.pid)).toFixed(0)} MB`);
  }, 10_000);
  await mailAsA(() => {
    if (mailed >= messages) return null;
    mailed += 1;
    return forward('b', `waiting-${mailed}`);
  });
  clearInterval(progress);
  while ((await waitingFor('op-b-out', dataDir)) < messages) await sleep(100);
}

async function mailAsA(next: () => Mail | null): Promise<void> {
  const { host, domain } = partners.a;
  await mailAll({ port: hub.port, from: host, ehlo: domain, connections, next });
}

function compare(what: string, nothing: number, many: number): void {
  row(what, nothing.toFixed(1), many.toFixed(1), (many / nothing).toFixed(2));
}

function row(what: string, ...columns: readonly string[]): void {
  say(`${what.padEnd(32)}${columns.map((text) => text.padStart(16)).join('')}`);
}

function mb(octets: number): number {
  return octets / 1_000_000;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
